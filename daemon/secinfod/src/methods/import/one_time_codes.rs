//! Methods that the command has read from the file of another system: one a line, as a JSON object
//! ([`secinfo_wire::ImportedMethod`]). All that the daemon must rely on is checked here.

use super::brought_over::{BroughtOver, Codes};
use super::{Import, ImportError};
use crate::methods::one_time_password::Secret;
use secinfo_domain::{Counter, Digits, HotpParameters, Label, Period, TimeStep, TotpParameters};
use secinfo_wire::{ImportedCodes, ImportedMethod};

/// Reads the whole file.
pub fn read(file: &[u8]) -> Result<Import<BroughtOver>, ImportError> {
    super::read(file, |line| Ok(vec![read_line(line)?]))
}

fn read_line(line: &str) -> Result<BroughtOver, String> {
    // What serde says could repeat the secret.
    let method: ImportedMethod =
        serde_json::from_str(line).map_err(|_| "it is no method as JSON".to_owned())?;
    let user = super::user(&method.user)?;
    let label = Label::parse(&method.label)
        .map_err(|error| format!("the name of the method cannot be used: {error}"))?;
    let secret =
        Secret::brought_over_in_base32(&method.secret).map_err(|error| error.to_string())?;
    let digits = Digits::try_from(method.digits).map_err(|error| error.to_string())?;
    let algorithm = method
        .algorithm
        .parse()
        .map_err(|error| format!("its hash is not known: {error}"))?;
    let codes = match method.codes {
        ImportedCodes::Clock {
            period,
            ahead,
            used,
        } => Codes::ByTime {
            parameters: TotpParameters {
                algorithm,
                digits,
                period: Period::try_from(period).map_err(|error| error.to_string())?,
            },
            ahead,
            used: TimeStep(used),
        },
        ImportedCodes::Counter { next } => Codes::ByCounter {
            parameters: HotpParameters { algorithm, digits },
            next: Counter(next),
        },
    };
    Ok(BroughtOver {
        user,
        label: Some(label),
        secret,
        codes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secinfo_domain::Algorithm;
    use zeroize::Zeroizing;

    fn clock(period: u16) -> ImportedCodes {
        ImportedCodes::Clock {
            period,
            ahead: -3,
            used: 7,
        }
    }

    fn method() -> ImportedMethod {
        ImportedMethod {
            user: "max.muster".to_owned(),
            label: "Imported from an app".to_owned(),
            secret: Zeroizing::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned()),
            codes: clock(45),
            digits: 8,
            algorithm: "SHA256".to_owned(),
        }
    }

    fn problem(change: impl Fn(&mut ImportedMethod)) -> String {
        let mut changed = method();
        change(&mut changed);
        let import = read(&serde_json::to_vec(&changed).unwrap()).unwrap();
        assert!(import.entries.is_empty());
        import.problems[0].to_string()
    }

    #[test]
    fn what_the_command_writes_is_read() {
        let file = [method(), {
            let mut other = method();
            other.codes = ImportedCodes::Counter { next: 7 };
            other
        }];
        let file: Vec<_> = file
            .iter()
            .map(|method| serde_json::to_string(method).unwrap())
            .collect();
        let import = read(file.join("\n").as_bytes()).unwrap();
        assert_eq!(import.problems, []);
        let [(1, one), (2, other)] = &import.entries[..] else {
            panic!("two methods")
        };
        assert_eq!(one.user.as_str(), "max.muster");
        assert_eq!(one.secret.as_bytes(), b"12345678901234567890");
        let Codes::ByTime {
            parameters,
            ahead: -3,
            used: TimeStep(7),
        } = one.codes
        else {
            panic!("by time")
        };
        assert_eq!(parameters.period.seconds(), 45);
        assert_eq!(parameters.algorithm, Algorithm::Sha256);
        let Codes::ByCounter { parameters, next } = other.codes else {
            panic!("by counter")
        };
        assert_eq!((parameters.digits, next), (Digits::Eight, Counter(7)));
    }

    #[test]
    fn what_no_method_can_be_is_said_without_the_secret() {
        for (said, what) in [
            (problem(|method| method.user.clear()), "name of the user"),
            (problem(|method| method.label.clear()), "name of the method"),
            (problem(|method| method.secret.truncate(8)), "10 to 64"),
            (problem(|method| method.digits = 7), "6 or 8"),
            (problem(|method| method.algorithm = "MD5".into()), "SHA512"),
            (problem(|method| method.codes = clock(0)), "1 to 300"),
        ] {
            assert!(
                said.starts_with("line 1: ") && said.contains(what),
                "{said}"
            );
            assert!(!said.contains("GEZD"), "{said}");
        }
        let unknown = r#"{"user":"a","label":"b","secret":"GEZD","codes":{"counter":{"next":1}},"digits":6,"algorithm":"SHA1","pin":"GEZD"}"#;
        let import = read(unknown.as_bytes()).unwrap();
        assert_eq!(
            import.problems[0].to_string(),
            "line 1: it is no method as JSON"
        );
    }

    proptest! {
        #[test]
        fn no_file_panics(file in any::<Vec<u8>>()) {
            let _ = read(&file);
        }
    }
}
