//! XML as far as PSKC needs it: a tree of elements of bounded size, without document types and
//! without entities beyond the five that XML itself has.

use super::super::ImportError;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use zeroize::Zeroizing;

/// PSKC files nest 8 deep.
const DEEPEST: usize = 32;
/// Far more than 4 MiB of PSKC need.
const MOST_ELEMENTS: usize = 200_000;
/// PSKC elements have 6 at most.
const MOST_ATTRIBUTES: usize = 32;

/// Which of the namespaces of PSKC an element is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// PSKC itself, RFC 6030.
    Pskc,
    /// XML Encryption.
    Encryption,
    /// XML Signature.
    Signature,
    /// Anything else: extensions.
    Other,
}

impl Vocabulary {
    fn of(resolved: &ResolveResult<'_>) -> Self {
        match resolved {
            ResolveResult::Bound(Namespace("urn:ietf:params:xml:ns:keyprov:pskc")) => Self::Pskc,
            ResolveResult::Bound(Namespace("http://www.w3.org/2001/04/xmlenc#")) => {
                Self::Encryption
            }
            ResolveResult::Bound(Namespace("http://www.w3.org/2000/09/xmldsig#")) => {
                Self::Signature
            }
            _ => Self::Other,
        }
    }
}

/// An element, with its text apart from that of its children.
pub(super) struct Element {
    vocabulary: Vocabulary,
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: Zeroizing<String>,
}

impl Element {
    /// The root element of a document.
    pub(super) fn parse(document: &str) -> Result<Self, ImportError> {
        let mut reader = NsReader::from_str(document);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        let mut elements = 0;
        loop {
            let position = reader.buffer_position();
            let refuse = |what: String| ImportError::Xml { position, what };
            let (resolved, event) = reader
                .read_resolved_event()
                .map_err(|error| refuse(error.to_string()))?;
            match event {
                Event::Start(start) => {
                    elements += 1;
                    if elements > MOST_ELEMENTS {
                        return Err(refuse(format!(
                            "more than {MOST_ELEMENTS} elements: import the file in parts"
                        )));
                    }
                    if open.len() == DEEPEST {
                        return Err(refuse(format!("nested more than {DEEPEST} deep")));
                    }
                    if root.is_some() {
                        return Err(refuse("a second root element".into()));
                    }
                    open.push(Self::begun(Vocabulary::of(&resolved), &start).map_err(refuse)?);
                }
                Event::End(_) => {
                    let element = open
                        .pop()
                        .expect("the reader checks that ends have a start");
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => root = Some(element),
                    }
                }
                Event::Text(text) => Self::append(open.last_mut(), &text).map_err(refuse)?,
                Event::CData(text) => Self::append(open.last_mut(), &text).map_err(refuse)?,
                Event::GeneralRef(reference) => {
                    let character = resolve(&reference).map_err(refuse)?;
                    Self::append(open.last_mut(), character.encode_utf8(&mut [0; 4]))
                        .map_err(refuse)?;
                }
                Event::DocType(_) => {
                    return Err(refuse("a document type is not accepted: remove it".into()));
                }
                Event::Eof => break,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Empty(_) => unreachable!("the reader expands empty elements"),
            }
        }
        root.filter(|_| open.is_empty())
            .ok_or_else(|| ImportError::Xml {
                position: reader.buffer_position(),
                what: "the document ends before its root element does".into(),
            })
    }

    fn begun(vocabulary: Vocabulary, start: &BytesStart<'_>) -> Result<Self, String> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            if attributes.len() == MOST_ATTRIBUTES {
                return Err(format!("more than {MOST_ATTRIBUTES} attributes"));
            }
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| error.to_string())?;
            attributes.push((attribute.key.0.to_owned(), value.into_owned()));
        }
        Ok(Self {
            vocabulary,
            name: start.local_name().into_inner().to_owned(),
            attributes,
            children: Vec::new(),
            text: Zeroizing::new(String::new()),
        })
    }

    fn append(element: Option<&mut Self>, text: &str) -> Result<(), String> {
        match element {
            Some(element) => {
                // Growing would leave a copy behind: text in one piece, as secrets are, never grows.
                element.text.reserve_exact(text.len());
                element.text.push_str(text);
                Ok(())
            }
            None if text.trim().is_empty() => Ok(()),
            None => Err("text outside the root element".into()),
        }
    }

    /// Whether this is the element of that name. A program that exports tokens writes all names in
    /// lower case.
    pub(super) fn is(&self, vocabulary: Vocabulary, name: &str) -> bool {
        self.vocabulary == vocabulary && self.name.eq_ignore_ascii_case(name)
    }

    /// The name without prefix.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The children, in order.
    pub(super) fn children(&self) -> &[Self] {
        &self.children
    }

    /// The first child of that name.
    pub(super) fn child(&self, vocabulary: Vocabulary, name: &str) -> Option<&Self> {
        self.children
            .iter()
            .find(|child| child.is(vocabulary, name))
    }

    /// The first PSKC child of that name, then the first of the next name in that, and so on.
    pub(super) fn descend(&self, names: &[&str]) -> Option<&Self> {
        names
            .iter()
            .try_fold(self, |element, name| element.child(Vocabulary::Pskc, name))
    }

    /// The first child of that name, in any namespace, then the first of the next name in that, and so on.
    pub(super) fn find(&self, names: &[&str]) -> Option<&Self> {
        names.iter().try_fold(self, |element, name| {
            let mut children = element.children.iter();
            children.find(|child| child.name.eq_ignore_ascii_case(name))
        })
    }

    /// The value of an attribute without prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The text, without white space around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, String> {
    if let Some(character) = reference
        .resolve_char_ref()
        .map_err(|error| error.to_string())?
    {
        return Ok(character);
    }
    match &**reference {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err("an entity that XML does not define by itself is not accepted".into()),
    }
}
