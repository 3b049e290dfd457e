//! The SSH servers that run on this host: with what arguments, and when they read their settings.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The file that a server begins with.
const FILE: &str = "/etc/ssh/sshd_config";
/// Options of sshd without a value.
const FLAGS: &str = "46DGQRTdeiqrtV";
/// Options of sshd with one.
const WITH_VALUE: &str = "CEbcfghkopu";

/// The arguments of a server that decide its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The file that it begins with.
    pub(crate) file: String,
    /// Settings that come before those of the file.
    pub(crate) options: Vec<String>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            file: FILE.to_owned(),
            options: Vec::new(),
        }
    }
}

impl Arguments {
    /// Reads the arguments behind the name of the program; `None` where they are not understood.
    fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut arguments = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut rest = word.strip_prefix('-').filter(|rest| !rest.is_empty())?;
            while let Some(option) = rest.chars().next() {
                rest = &rest[option.len_utf8()..];
                if FLAGS.contains(option) {
                    continue;
                }
                if !WITH_VALUE.contains(option) {
                    return None;
                }
                let value = if rest.is_empty() { words.next()? } else { rest };
                match option {
                    'f' if value.starts_with('/') => value.clone_into(&mut arguments.file),
                    'f' => return None,
                    'o' => arguments.options.push(value.to_owned()),
                    'g' => arguments.options.push(format!("LoginGraceTime={value}")),
                    _ => {}
                }
                break;
            }
        }
        Some(arguments)
    }
}

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Listener {
    /// Its process.
    pub(crate) pid: u32,
    /// What it is started with; `None` where that is not understood.
    pub(crate) arguments: Option<Arguments>,
    /// The same as the kernel shows it.
    pub(crate) title: String,
}

impl Listener {
    /// When it read its settings last: it then writes its id into a file. In seconds since 1970, and nanoseconds;
    /// `None` where another process has written the file.
    pub(crate) fn read_at(&self, pid_file: impl AsRef<Path>) -> Option<(i64, i64)> {
        let pid_file = pid_file.as_ref();
        let text = fs::read_to_string(pid_file).ok()?;
        let is_own = text.trim().parse() == Ok(self.pid);
        let metadata = is_own.then(|| fs::metadata(pid_file).ok()).flatten()?;
        Some((metadata.mtime(), metadata.mtime_nsec()))
    }
}

/// The servers of root's that run on this host; those in containers are not its own.
pub(crate) fn listeners() -> Vec<Listener> {
    let host = pid_namespace(Path::new("/proc/self"));
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = process.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let path = process.path();
        let is_roots = fs::metadata(&path).is_ok_and(|metadata| metadata.uid() == 0);
        let is_server = fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm == "sshd\n");
        if !is_roots || !is_server || pid_namespace(&path) != host {
            continue;
        }
        let line = fs::read(path.join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        found.extend(listener(pid, line.trim_end_matches('\0')));
    }
    found
}

/// A server by what the kernel shows of it; `None` for one that serves a connection.
fn listener(pid: u32, line: &str) -> Option<Listener> {
    // It shows its arguments with blanks between them once it listens.
    let (words, title): (Vec<_>, _) = match line.strip_prefix("sshd: ") {
        Some(title) => {
            let (arguments, _) = title.split_once(" [listener] ")?;
            (arguments.split(' ').collect(), arguments)
        }
        None => (line.split('\0').collect(), line),
    };
    Some(Listener {
        pid,
        arguments: Arguments::parse(words.into_iter().skip(1)),
        title: title.replace('\0', " "),
    })
}

fn pid_namespace(process: &Path) -> Option<std::path::PathBuf> {
    fs::read_link(process.join("ns/pid")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Option<Arguments> {
        listener(1, line).unwrap().arguments
    }

    #[test]
    fn a_server_is_told_by_its_title_and_its_arguments_are_read_as_getopt_does() {
        let startups = "[listener] 0 of 10-100 startups";
        let line = format!("sshd: /usr/sbin/sshd -D {startups}");
        assert_eq!(arguments(&line), Some(Arguments::default()));
        let line =
            format!("sshd: /usr/sbin/sshd -Def/own -p 22 -oUsePAM=no -o UseDNS=no {startups}");
        let own = Arguments {
            file: "/own".to_owned(),
            options: vec!["UsePAM=no".to_owned(), "UseDNS=no".to_owned()],
        };
        assert_eq!(arguments(&line), Some(own));
        let line = "/usr/sbin/sshd\0-D\0-o\0PubkeyAuthOptions none";
        let options = vec!["PubkeyAuthOptions none".to_owned()];
        assert_eq!(arguments(line).unwrap().options, options);
        assert!(listener(1, "sshd: alice [priv]").is_none());
    }

    #[test]
    fn arguments_with_blanks_in_a_title_or_unknown_ones_are_not_understood() {
        for line in [
            "sshd: /usr/sbin/sshd -D -o PubkeyAuthOptions none [listener] 0 of 10-100 startups",
            "/usr/sbin/sshd\0-D\0-f\0own",
            "/usr/sbin/sshd\0-X",
            "/usr/sbin/sshd\0-f",
        ] {
            assert_eq!(arguments(line), None, "{line}");
        }
    }
}
