use super::*;

/// What a message is about, and for whom.
#[derive(Clone, Copy)]
struct Occasion<'a> {
    purpose: MessagePurpose,
    kind: Kind,
    code: &'a str,
    valid: Seconds,
    organization: &'a str,
    host: &'a str,
    service: &'a str,
    origin: &'a str,
    user: &'a str,
    items: &'a [NoticeItem],
    language: Language,
}

/// The message, in words.
fn write(occasion: &Occasion<'_>) -> Request {
    let secret = |text: &str| SecretText::new(text.to_owned());
    let mut request = Request {
        message: String::new(),
        purpose: occasion.purpose,
        destination: secret(""),
        subject: secret(""),
        text: secret(""),
        html: secret(""),
        code: secret(occasion.code),
        language: occasion.language.tag().to_owned(),
        organization: occasion.organization.to_owned(),
        host: occasion.host.to_owned(),
        service: occasion.service.to_owned(),
        origin: occasion.origin.to_owned(),
        expires: 0,
        attempt: 1,
    };
    let Occasion {
        kind,
        valid,
        user,
        items,
        ..
    } = *occasion;
    super::write(&mut request, kind, valid, user, items);
    request
}

const PURPOSES: [MessagePurpose; 5] = [
    MessagePurpose::Enrollment,
    MessagePurpose::SignIn,
    MessagePurpose::PasswordReset,
    MessagePurpose::Notice,
    MessagePurpose::Test,
];
const KINDS: [Kind; 3] = [Kind::Text, Kind::Call, Kind::Email];

fn has_code(purpose: MessagePurpose) -> bool {
    !matches!(purpose, MessagePurpose::Notice | MessagePurpose::Test)
}

fn occasion(purpose: MessagePurpose, kind: Kind, language: Language) -> Occasion<'static> {
    Occasion {
        purpose,
        kind,
        code: if has_code(purpose) { "482913" } else { "" },
        valid: Seconds::new(300),
        organization: "Example",
        host: "db1.example.org",
        service: "sshd",
        origin: "203.0.113.7",
        user: "alice",
        items: &[],
        language,
    }
}

fn every_occasion() -> impl Iterator<Item = Occasion<'static>> {
    PURPOSES.into_iter().flat_map(|purpose| {
        KINDS.into_iter().flat_map(move |kind| {
            Language::ALL
                .into_iter()
                .map(move |language| occasion(purpose, kind, language))
        })
    })
}

#[test]
fn every_message_names_code_host_and_organization() {
    for occasion in every_occasion() {
        let Request {
            subject,
            text,
            html,
            ..
        } = write(&occasion);
        let about = format!(
            "{:?} {:?} {:?}",
            occasion.purpose, occasion.kind, occasion.language
        );
        let is_email = occasion.kind == Kind::Email;
        for part in [Some(&text), is_email.then_some(&html)]
            .into_iter()
            .flatten()
        {
            assert!(part.contains("db1.example.org"), "{about}: {}", **part);
            assert!(part.contains("Example"), "{about}: {}", **part);
            // A call's digits are spoken by the channel.
            let shows_code = has_code(occasion.purpose) && occasion.kind != Kind::Call;
            assert_eq!(part.contains("482913"), shows_code, "{about}: {}", **part);
        }
        assert_eq!(subject.is_empty(), !is_email, "{about}");
        assert_eq!(html.is_empty(), !is_email, "{about}");
        assert!(!subject.contains("482913"), "{about}");
        if is_email {
            for part in [&text, &html] {
                for context in ["sshd", "203.0.113.7", "alice"] {
                    assert!(part.contains(context), "{about}: {context} in {}", **part);
                }
            }
            assert!(html.contains(&format!("<html lang=\"{}\">", occasion.language.tag())));
        }
        assert!(!text.contains('{'), "{about}");
    }
}

/// The length in septets (3GPP TS 23.038 section 6.2.1), if it is all of the GSM alphabet.
fn septets(text: &str) -> Option<usize> {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENDED: &str = "^{}\\[~]|€";
    text.chars()
        .map(|c| match c {
            c if BASIC.contains(c) => Some(1),
            c if EXTENDED.contains(c) => Some(2),
            _ => None,
        })
        .sum()
}

#[test]
fn a_text_with_usual_names_fits_into_one_message() {
    for occasion in every_occasion().filter(|occasion| occasion.kind == Kind::Text) {
        // Whose origin is long, reads it in two.
        let occasion = Occasion {
            origin: "",
            ..occasion
        };
        let text = write(&occasion).text;
        let length = septets(&text);
        assert!(length.is_some(), "not of the GSM alphabet: {}", *text);
        let about = format!("{:?} characters: {}", length, *text);
        assert!(length <= Some(160), "{about}");
    }
}

#[test]
fn a_text_with_a_code_ends_with_the_line_that_binds_it_to_the_host() {
    for occasion in every_occasion().filter(|occasion| occasion.kind == Kind::Text) {
        let text = write(&occasion).text;
        if has_code(occasion.purpose) {
            assert_eq!(text.lines().count(), 2);
            assert!(text.ends_with("\n@db1.example.org #482913"), "{}", *text);
        } else {
            assert!(!text.contains(['\n', '@', '#']), "{}", *text);
        }
    }
    let unbindable = Occasion {
        host: "the host",
        ..occasion(MessagePurpose::SignIn, Kind::Text, Language::English)
    };
    assert!(!write(&unbindable).text.contains('@'));
}

#[test]
fn names_from_outside_break_no_line_and_write_no_html() {
    let hostile = "\u{202E}x\r\nBcc: eve@example.net\r\n\r\n<script>alert('1')</script>\u{2028}\
                   @evil.example #000000\n@evil.example #000000";
    for occasion in every_occasion() {
        let calm = write(&occasion);
        let hostile = Occasion {
            organization: hostile,
            service: hostile,
            origin: hostile,
            user: hostile,
            ..occasion
        };
        let written = write(&hostile);
        for part in [&written.subject, &written.text, &written.html] {
            assert!(!part.contains(['\r', '\u{202E}', '\u{2028}', '\u{0}']));
        }
        assert!(!written.subject.contains('\n'));
        assert_eq!(written.text.lines().count(), calm.text.lines().count());
        assert_eq!(written.html.lines().count(), calm.html.lines().count());
        assert!(!written.html.contains("<script"));
        assert_eq!(
            written.html.matches('<').count(),
            calm.html.matches('<').count()
        );
        assert!(
            !written
                .text
                .lines()
                .any(|line| line.starts_with("@evil") || line.starts_with("Bcc"))
        );
        if hostile.kind == Kind::Text && has_code(hostile.purpose) {
            assert!(written.text.ends_with("\n@db1.example.org #482913"));
        }
        let long = "x".repeat(1 << 20);
        let flooded = write(&Occasion {
            organization: &long,
            host: &long,
            service: &long,
            origin: &long,
            user: &long,
            ..hostile
        });
        assert!(flooded.text.len() < 4096 && flooded.html.len() < 8192);
    }
}

#[test]
fn a_host_that_is_hostile_too_stays_on_its_line() {
    for occasion in every_occasion() {
        let written = write(&Occasion {
            host: "db1\n@evil.example #000000",
            ..occasion
        });
        assert!(!written.subject.contains('\n'));
        assert!(!written.text.lines().any(|line| line.starts_with('@')));
    }
}

/// Phones make links of names, so a text tells the origin of a request by its address only.
#[test]
fn a_text_names_no_origin_that_its_client_chose() {
    for language in Language::ALL {
        let sign_in = occasion(MessagePurpose::SignIn, Kind::Text, language);
        assert!(write(&sign_in).text.contains("203.0.113.7"));
        let named = Occasion {
            origin: "evil.example",
            ..sign_in
        };
        assert!(!write(&named).text.contains("evil.example"));
        let email = Occasion {
            kind: Kind::Email,
            ..named
        };
        assert!(write(&email).text.contains("evil.example"));
    }
}

#[test]
fn what_is_unknown_is_left_out() {
    for occasion in every_occasion() {
        let written = write(&Occasion {
            organization: "",
            service: "",
            origin: "",
            user: "",
            ..occasion
        });
        for part in [&written.subject, &written.text] {
            for gap in ["  )", "()", " ,", ": \n", " ."] {
                assert!(
                    !part.replace("    4", "4").contains(gap),
                    "{gap:?} in {}",
                    **part
                );
            }
        }
        assert!(!written.text.contains("sshd"));
    }
}

#[test]
fn how_long_a_code_is_valid_is_told_in_words() {
    for (seconds, english, german, french) in [
        (1, "one second.", "eine Sekunde lang", "une seconde."),
        (90, "90 seconds.", "90 Sekunden lang", "90 secondes."),
        (60, "one minute.", "eine Minute lang", "une minute."),
        (300, "5 minutes.", "5 Minuten lang", "5 minutes."),
        (330, "5 minutes.", "5 Minuten lang", "5 minutes."),
        (3600, "60 minutes.", "60 Minuten lang", "60 minutes."),
    ] {
        for (language, words) in Language::ALL.into_iter().zip([english, german, french]) {
            let text = write(&Occasion {
                valid: Seconds::new(seconds),
                ..occasion(MessagePurpose::PasswordReset, Kind::Email, language)
            })
            .text;
            assert!(text.contains(words), "{words:?} in {}", *text);
        }
    }
}

/// A message as it goes out, part after part.
fn whole(purpose: MessagePurpose, kind: Kind, language: Language) -> String {
    let Request { subject, text, .. } = write(&occasion(purpose, kind, language));
    format!("{}|{}", *subject, *text)
}

#[test]
fn messages_read_like_this_in_english() {
    use MessagePurpose::{Enrollment, PasswordReset, SignIn};
    let read = |purpose, kind| whole(purpose, kind, Language::English);
    assert_eq!(
        read(SignIn, Kind::Text),
        "|Example: 482913 is your code to sign in to db1.example.org (sshd) from 203.0.113.7. \
         Give it to nobody. If this was not you, change your password.\n@db1.example.org #482913"
    );
    assert_eq!(
        read(Enrollment, Kind::Call),
        "|Hello. This is Example. You will hear a code that adds this phone to your account on \
         db1.example.org. Give it to nobody. If you did not ask for this call, just hang up."
    );
    assert_eq!(
        read(PasswordReset, Kind::Email),
        "Example: your code for a new password on db1.example.org|Hello alice,\n\n\
         You want to set a new password on db1.example.org. Enter this code there:\n\n    482913\n\n\
         The code is valid for 5 minutes. If you ask for a new one, only the new one counts.\n\n\
         Organization: Example\nHost: db1.example.org\nService: sshd\nRequested from: 203.0.113.7\n\n\
         Give the code to nobody. Nobody who works for Example will ever ask you for it.\n\n\
         If you did not ask for it, ignore this message. Your password stays as it is. If this \
         happens again, tell your administrator.\n"
    );
}

#[test]
fn messages_read_like_this_in_german() {
    use MessagePurpose::{Enrollment, PasswordReset, SignIn};
    let read = |purpose, kind| whole(purpose, kind, Language::German);
    assert_eq!(
        read(SignIn, Kind::Text),
        "|Example: 482913 ist Ihr Code zur Anmeldung an db1.example.org (sshd) von 203.0.113.7. \
         Geben Sie ihn niemandem. Nicht Sie? Ändern Sie Ihr Passwort.\
         \n@db1.example.org #482913"
    );
    assert_eq!(
        read(Enrollment, Kind::Call),
        "|Guten Tag. Hier ist Example. Sie hören gleich einen Code, mit dem Sie dieses Telefon \
         Ihrem Konto auf db1.example.org hinzufügen. Geben Sie ihn niemandem. Wenn Sie diesen \
         Anruf nicht angefordert haben, legen Sie einfach auf."
    );
    assert_eq!(
        read(PasswordReset, Kind::Email),
        "Example: Ihr Code für ein neues Passwort auf db1.example.org|Guten Tag alice,\n\n\
         Sie möchten auf db1.example.org ein neues Passwort setzen. Geben Sie dort diesen Code \
         ein:\n\n    482913\n\n\
         Der Code gilt 5 Minuten lang. Wenn Sie einen neuen anfordern, gilt nur noch der neue.\n\n\
         Organisation: Example\nRechner: db1.example.org\nDienst: sshd\n\
         Angefordert von: 203.0.113.7\n\n\
         Geben Sie den Code niemandem. Niemand, der für Example arbeitet, wird Sie je danach \
         fragen.\n\n\
         Wenn Sie das nicht angefordert haben, ignorieren Sie diese Nachricht. Ihr Passwort \
         bleibt, wie es ist. Geschieht es wieder, melden Sie es der Administration.\n"
    );
}

#[test]
fn messages_read_like_this_in_french() {
    use MessagePurpose::{Enrollment, PasswordReset, SignIn};
    let read = |purpose, kind| whole(purpose, kind, Language::French);
    assert_eq!(
        read(SignIn, Kind::Text),
        "|Example : 482913 est votre code de connexion à db1.example.org (sshd) depuis \
         203.0.113.7. Ne le donnez à personne. Pas vous ? Changez de mot de passe.\
         \n@db1.example.org #482913"
    );
    assert_eq!(
        read(Enrollment, Kind::Call),
        "|Bonjour. Ici Example. Vous allez entendre un code qui ajoute ce téléphone à votre \
         compte sur db1.example.org. Ne le donnez à personne. Si vous n’avez pas demandé cet \
         appel, raccrochez simplement."
    );
    assert_eq!(
        read(PasswordReset, Kind::Email),
        "Example : votre code pour un nouveau mot de passe sur db1.example.org|Bonjour alice,\n\n\
         Vous souhaitez choisir un nouveau mot de passe sur db1.example.org. Saisissez-y ce \
         code :\n\n    482913\n\n\
         Le code est valable 5 minutes. Si vous en demandez un nouveau, seul le nouveau compte.\n\n\
         Organisation : Example\nMachine : db1.example.org\nService : sshd\n\
         Demandé depuis : 203.0.113.7\n\n\
         Ne donnez le code à personne. Personne travaillant pour Example ne vous le demandera \
         jamais.\n\n\
         Si vous n’avez rien demandé, ignorez ce message. Votre mot de passe reste inchangé. Si \
         cela se reproduit, prévenez votre administrateur.\n"
    );
}

#[test]
fn the_html_of_an_email_reads_like_this() {
    let html = write(&occasion(
        MessagePurpose::PasswordReset,
        Kind::Email,
        Language::English,
    ))
    .html;
    // What is left without tags is the plain text, line by line.
    let mut words = String::new();
    for line in html.lines() {
        let mut inside = false;
        let mut visible = String::new();
        for c in line.replace("</th>", " ").chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => visible.push(c),
                _ => {}
            }
        }
        if !visible.is_empty() {
            words.push_str(&visible);
            words.push('\n');
        }
    }
    let text = write(&occasion(
        MessagePurpose::PasswordReset,
        Kind::Email,
        Language::English,
    ))
    .text;
    let plain: String = text
        .lines()
        .filter(|line| !line.is_empty())
        .flat_map(|line| [line.trim(), "\n"])
        .collect();
    let title = "Example: your code for a new password on db1.example.org\n";
    assert_eq!(words, format!("{title}{plain}"));
    // Nothing is fetched from elsewhere.
    assert!(!html.contains("http") && !html.contains("src=") && !html.contains("href="));
}

#[test]
fn a_notice_tells_everything_that_happened_in_every_language() {
    for language in Language::ALL {
        for kind in Kind::ALL {
            let all = [
                NoticeItem::Added(kind),
                NoticeItem::Deleted(kind),
                NoticeItem::DeletionScheduled(kind),
                NoticeItem::DeletionCancelled(kind),
                NoticeItem::Default(Some(kind)),
                NoticeItem::Default(None),
                NoticeItem::RecoveryCodes,
                NoticeItem::AccessPass,
                NoticeItem::Locked(kind),
                NoticeItem::Unlocked,
                NoticeItem::NotMe {
                    service: "sshd".to_owned(),
                    origin: "192.0.2.7".to_owned(),
                },
                NoticeItem::NotMeByProgram,
                NoticeItem::NotMeInReset,
            ];
            for way in [Kind::Text, Kind::Email] {
                let notice = Occasion {
                    items: &all,
                    ..occasion(MessagePurpose::Notice, way, language)
                };
                let text = write(&notice).text;
                for item in &all {
                    let mut sentence = item.sentence(Words::of(language)).to_string();
                    if way == Kind::Text {
                        sentence = sentence.replace('’', "'");
                    }
                    assert!(text.contains(&sentence), "{sentence:?} in {}", *text);
                }
            }
        }
    }
    let added = NoticeItem::Added(Kind::Text).sentence(Words::of(Language::English));
    assert_eq!(added.as_str(), "A method was added: text message.");
}
