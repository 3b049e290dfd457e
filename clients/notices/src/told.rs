//! What the user was told last, kept across logins: what happened in between is told when they are back.

use crate::failure::Failure;
use crate::journal;
use crate::security_info::SecurityInfo;
use secinfo_terminal::environment::host_name;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The most bytes of the file that are read. Ten thousand methods would not fill it.
const MOST: u64 = 1 << 20;

/// The file, and what it holds.
pub(crate) struct Told {
    file: PathBuf,
    info: Option<SecurityInfo>,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    security_info: SecurityInfo,
}

/// The version of the file that is written, and read.
const VERSION: u32 = 1;

impl Told {
    /// What the user was told last on this host, which a home directory may share with others.
    ///
    /// # Errors
    /// [`Failure::NoHome`] when there is no place for it.
    pub(crate) fn of_user() -> Result<Self, Failure> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let state = variable("XDG_STATE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let state = match (state, variable("HOME")) {
            (Some(state), _) => state,
            (None, Some(home)) => Path::new(&home).join(".local/state"),
            (None, None) => return Err(Failure::NoHome),
        };
        let host = host_name().replace('/', "-");
        Ok(Self::at(
            state.join("secinfo").join(format!("told-{host}.json")),
        ))
    }

    fn at(file: PathBuf) -> Self {
        let info = match read(&file) {
            Ok(info) => Some(info),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    journal::say(&format!(
                        "what was told last cannot be read, so what happened since is not told: {}: {error}",
                        file.display()
                    ));
                }
                None
            }
        };
        Self { file, info }
    }

    /// What the user was told last; none when they were never told anything on this host.
    pub(crate) const fn info(&self) -> Option<&SecurityInfo> {
        self.info.as_ref()
    }

    /// Remembers that the user was told this much.
    pub(crate) fn set(&mut self, info: SecurityInfo) {
        if self.info.as_ref() == Some(&info) {
            return;
        }
        let content = Content {
            version: VERSION,
            security_info: info,
        };
        if let Err(error) = write(&self.file, &content) {
            journal::say(&format!(
                "what was told cannot be remembered, so it will be told again: {}: {error}",
                self.file.display()
            ));
        }
        self.info = Some(content.security_info);
    }
}

fn read(file: &Path) -> io::Result<SecurityInfo> {
    let opened = fs::File::open(file)?;
    if opened.metadata()?.len() > MOST {
        return Err(io::Error::other("it is too large"));
    }
    let content: Content = serde_json::from_reader(io::BufReader::new(opened))?;
    if content.version != VERSION {
        return Err(io::Error::other("it is of another version"));
    }
    Ok(content.security_info)
}

/// Puts a new file in the place of the former one, so that there is always a whole one. Labels are for the
/// user's eyes only.
fn write(file: &Path, content: &Content) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory)?;
    let new = file.with_extension("new");
    let mut options = OpenOptions::new();
    let mut written = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    written.write_all(&serde_json::to_vec(content)?)?;
    fs::rename(&new, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security_info::Method;
    use std::os::unix::fs::PermissionsExt as _;

    fn info() -> SecurityInfo {
        let mut info = SecurityInfo::default();
        let app = Method {
            kind: "authenticator-app".to_owned(),
            label: "Phone".to_owned(),
            ..Method::default()
        };
        info.methods.insert("/1".to_owned(), app);
        info
    }

    #[test]
    fn what_was_told_is_known_after_a_restart_and_to_the_user_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secinfo/told-host.json");
        let mut told = Told::at(file.clone());
        assert_eq!(told.info(), None);
        told.set(info());
        assert_eq!(Told::at(file.clone()).info(), Some(&info()));
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let entries = fs::read_dir(file.parent().unwrap()).unwrap();
        assert_eq!(entries.count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_as_none_and_is_written_anew() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("told-host.json");
        for content in ["", "{}", r#"{"version":2,"security_info":{}}"#] {
            fs::write(&file, content).unwrap();
            let mut told = Told::at(file.clone());
            assert_eq!(told.info(), None, "{content}");
            told.set(info());
            assert_eq!(Told::at(file.clone()).info(), Some(&info()));
        }
    }

    #[test]
    fn what_cannot_be_remembered_is_known_until_the_end() {
        let mut told = Told::at(PathBuf::from("/proc/nowhere/told.json"));
        told.set(info());
        assert_eq!(told.info(), Some(&info()));
    }
}
