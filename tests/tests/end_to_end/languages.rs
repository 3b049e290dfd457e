//! The command in the user's language, and what stays English in every language.

use secinfo_tests::{ALICE, Setup, TestHost};

const GERMAN: &str = "de_DE.UTF-8";
const FRENCH: &str = "fr_FR.UTF-8";

#[tokio::test]
async fn the_page_is_in_the_users_language() {
    let host = TestHost::with(Setup::with_drift()).await;
    let page = |locale| host.secinfo_in(locale, ALICE, &[], "").success().stdout;
    for (locale, heading, empty) in [
        ("C.UTF-8", "Security info of ", "There is no method yet."),
        (
            GERMAN,
            "Sicherheitsinformationen von ",
            "Es gibt noch keine Methode.",
        ),
        (
            "de_AT",
            "Sicherheitsinformationen von ",
            "Es gibt noch keine Methode.",
        ),
        (
            FRENCH,
            "Informations de sécurité de ",
            "Il n’y a pas encore de méthode.",
        ),
        (
            "pt_BR.UTF-8",
            "Security info of ",
            "There is no method yet.",
        ),
    ] {
        let page = page(locale);
        assert!(
            page.starts_with(heading) && page.contains(empty),
            "{locale}: {page}"
        );
    }
    let alice = host.client(ALICE).await;
    alice.enroll_app("Authenticator app", 10).await;
    for (locale, line) in [
        (
            GERMAN,
            "Standardmethode für die Anmeldung: Authenticator-App\n",
        ),
        (
            FRENCH,
            "Méthode de connexion par défaut : Application d’authentification\n",
        ),
    ] {
        let page = page(locale).replace('\u{a0}', " ");
        assert!(page.contains(line), "{locale}: {page}");
    }
}

#[tokio::test]
async fn refusals_are_in_the_users_language_and_keep_their_exit_codes() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    for (locale, arguments, input, code, sentence) in [
        (
            GERMAN,
            &["delete", "9", "--yes"][..],
            "",
            1,
            "keine Methode heißt „9“",
        ),
        (
            FRENCH,
            &["delete", "9", "--yes"],
            "",
            1,
            "aucune méthode n’est « 9 »",
        ),
        (
            GERMAN,
            &["delete", "1"],
            "",
            2,
            "geben Sie zum Löschen --yes an",
        ),
        (GERMAN, &["verify"], "000000\n", 3, "Der Code stimmt nicht"),
        (
            FRENCH,
            &["verify"],
            "000000\n",
            3,
            "Ce code n’est pas juste",
        ),
        (
            GERMAN,
            &["cancel-deletion", "1"],
            "",
            1,
            "keine Löschung geplant",
        ),
        (GERMAN, &["unlock", "root"], "", 5, "Das dürfen Sie nicht."),
    ] {
        let output = host.secinfo_in(locale, ALICE, arguments, input);
        let told = output.stderr.replace('\u{a0}', " ");
        assert!(
            output.code == code && told.contains(sentence),
            "{arguments:?}: {output:?}"
        );
    }
    let output = host.secinfo_in(GERMAN, 0, &["unlock", &ALICE.to_string()], "");
    assert!(
        output
            .success()
            .stdout
            .ends_with(" kann sich wieder anmelden.\n")
    );
    let code = app.codes.fresh();
    let output = host.secinfo_in(FRENCH, ALICE, &["verify"], &format!("{code}\n"));
    let told = output.success().stdout.replace('\u{a0}', " ");
    assert_eq!(
        told,
        "Vérification réussie par : application d’authentification.\n"
    );
}

#[tokio::test]
async fn a_refusal_for_its_time_says_how_long_in_the_users_language() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    for (locale, length) in [(GERMAN, " Wartezeit: "), (FRENCH, " Temps restant : ")] {
        let mut told = String::new();
        for _ in 0..20 {
            let wrong = format!("{}\n", app.codes.wrong());
            let output = host.secinfo_in(locale, ALICE, &["verify"], &wrong);
            // In one line, with plain blanks.
            told = output
                .stderr
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if told.contains(length) {
                break;
            }
        }
        assert!(
            told.contains(length) && !told.contains("Time left"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn what_programs_and_administrators_read_is_english_in_every_language() {
    let host = TestHost::with(Setup::with_drift()).await;
    for arguments in [
        &["--json"][..],
        &["--json", "delete", "9", "--yes"],
        &["--help"],
        &["add", "--help"],
        &["users"],
        &["channels"],
    ] {
        let [english, german] =
            ["C.UTF-8", GERMAN].map(|locale| host.secinfo_in(locale, 0, arguments, ""));
        assert_eq!(english.stdout, german.stdout, "{arguments:?}");
        assert_eq!(english.code, german.code, "{arguments:?}");
    }
}
