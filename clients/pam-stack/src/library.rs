//! Which libpam it is: where that one looks for its files, and what it understands.

use crate::root::Root;

/// A libpam, as far as reading configuration goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Where services have their files, the first that has one counting.
    pub directories: Vec<String>,
    /// The file for all services, where there is no such directory.
    pub single_file: String,
    /// Debian's `@include` is understood.
    pub at_include: bool,
    /// Where modules are that are named without a directory; `None` where no libpam was found.
    pub modules: Option<String>,
}

impl Library {
    /// The one below a root. All that is asked of it stands in the library itself as text.
    pub fn of(root: &Root) -> Self {
        let bytes = find(root).and_then(|path| root.bytes(&path).ok());
        Self::from_bytes(bytes.as_deref())
    }

    fn from_bytes(bytes: Option<&[u8]>) -> Self {
        let has = |text: &str| {
            bytes.is_some_and(|bytes| {
                bytes
                    .windows(text.len())
                    .any(|window| window == text.as_bytes())
            })
        };
        let mut directories = bytes.map_or_else(Vec::new, service_directories);
        if directories.is_empty() {
            directories = vec!["/etc/pam.d".to_owned(), "/usr/lib/pam.d".to_owned()];
        }
        Self {
            directories,
            single_file: "/etc/pam.conf".to_owned(),
            at_include: bytes.is_none() || has("@include"),
            modules: bytes.and_then(module_directory),
        }
    }

    /// Where a module is that is written so.
    pub fn module(&self, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return Some(path.to_owned());
        }
        Some(format!("{}{path}", self.modules.as_ref()?))
    }
}

fn find(root: &Root) -> Option<String> {
    let mut directories = Vec::new();
    for base in ["/usr/lib64", "/lib64", "/usr/lib", "/lib"] {
        for name in root.names(base).unwrap_or_default() {
            if name.contains("-linux-") {
                directories.push(format!("{base}/{name}"));
            }
        }
        directories.push(base.to_owned());
    }
    directories
        .into_iter()
        .map(|directory| format!("{directory}/libpam.so.0"))
        .find(|path| root.has(path))
}

/// The directories of services in the order in which libpam looks there: its own, that of distributions,
/// then that of the vendor, whose place is chosen when libpam is built (`--enable-vendordir`).
fn service_directories(bytes: &[u8]) -> Vec<String> {
    const FIRST: [&str; 2] = ["/etc/pam.d", "/usr/lib/pam.d"];
    let texts = bytes.split(|byte| *byte == 0);
    let mut directories: Vec<_> = texts
        .filter_map(|text| std::str::from_utf8(text).ok()?.strip_suffix("/%s"))
        .filter(|directory| directory.starts_with('/') && directory.ends_with("/pam.d"))
        .map(str::to_owned)
        .collect();
    directories.sort_by_key(|directory| {
        let place = FIRST.iter().position(|first| first == directory);
        place.unwrap_or(FIRST.len())
    });
    directories.dedup();
    directories
}

/// The text in the library that is the path of the directory of modules.
fn module_directory(bytes: &[u8]) -> Option<String> {
    let texts = bytes.split(|byte| *byte == 0);
    texts
        .filter_map(|text| std::str::from_utf8(text).ok())
        .find(|text| text.starts_with('/') && text.ends_with("/security/"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_says_where_it_looks() {
        let bytes = b"\0/etc/pam.d/%s\0/usr/lib/pam.d/%s\0@include\0/lib/x/security/\0";
        let library = Library::from_bytes(Some(bytes));
        assert_eq!(library.directories, ["/etc/pam.d", "/usr/lib/pam.d"]);
        assert!(library.at_include);
        let module = library.module("pam_unix.so");
        assert_eq!(module.as_deref(), Some("/lib/x/security/pam_unix.so"));
        let vendor = b"\0/usr/share/pam.d/%s\0/etc/pam.d\0/usr/lib/pam.d/%s\0/etc/pam.d/%s\0";
        assert_eq!(
            Library::from_bytes(Some(vendor)).directories,
            ["/etc/pam.d", "/usr/lib/pam.d", "/usr/share/pam.d"]
        );
        let other = Library::from_bytes(Some(b"\0/etc/pam.d/%s\0"));
        assert_eq!((other.at_include, other.module("a.so")), (false, None));
        assert_eq!(other.module("/a.so").as_deref(), Some("/a.so"));
    }
}
