//! How many resets were begun from each source, for whatever names. It is kept in memory: in the log it would
//! tell which of the names are users.

use super::network::Network;
use secinfo_domain::Timestamp;
use secinfo_domain::policy::{Limit, ResetRules};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How many times as many resets as from one network are begun from all networks of a site.
const NETWORKS_OF_SITE: usize = 4;

/// From where a reset is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Source {
    /// The account that begins it.
    pub(super) account: u32,
    /// Where the person is; none where the account is not believed.
    pub(super) network: Option<Network>,
}

impl Source {
    fn is_remote(&self) -> bool {
        matches!(self.network, Some(Network::Of(_) | Network::Named))
    }
}

/// The resets that were begun lately.
#[derive(Default)]
pub(super) struct Starts(Mutex<HashMap<Source, VecDeque<Timestamp>>>);

impl Starts {
    /// Whether one more reset may be begun from here now; if so, it is counted. One network uses up no more
    /// of its kiosk than an account has, one site not much more, and all networks together leave those who are
    /// at the host their own.
    pub(super) fn take(&self, source: Source, rules: &ResetRules, now: Timestamp) -> bool {
        let longest = rules.of_caller.within.max(rules.of_kiosk.within);
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.retain(|_, times| {
            times.retain(|time| now.is_within(longest, *time));
            !times.is_empty()
        });
        let within = |limit: Limit, times: &VecDeque<Timestamp>| {
            let times = times.iter();
            times
                .filter(|time| now.is_within(limit.within, **time))
                .count()
        };
        let count = |limit: Limit, counts: &dyn Fn(&Source) -> bool| -> usize {
            let counted = begun
                .iter()
                .filter(|(of, _)| of.account == source.account && counts(of));
            counted.map(|(_, times)| within(limit, times)).sum()
        };
        let (of_network, of_kiosk) = (rules.of_caller, rules.of_kiosk);
        let most = usize::from(of_network.most);
        let site = source.network.map(Network::site);
        let may = count(of_network, &|of| *of == source) < most
            && count(of_network, &|of| of.network.map(Network::site) == site)
                < most * NETWORKS_OF_SITE
            && (!source.is_remote() || count(of_kiosk, &Source::is_remote) < of_kiosk.most.into());
        if may {
            begun.entry(source).or_default().push_back(now);
        }
        may
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    fn rules() -> ResetRules {
        ResetRules {
            of_caller: Limit::new(3, 60),
            of_kiosk: Limit::new(8, 600),
            ..ResetRules::default()
        }
    }

    fn from(account: u32, host: &str) -> Source {
        Source {
            account,
            network: Some(Network::of(host)),
        }
    }

    /// How many of ten resets may be begun from here at this second.
    fn taken(starts: &Starts, source: Source, second: u64) -> usize {
        let now = Timestamp::from_seconds(1_000 + second);
        (0..10)
            .filter(|_| starts.take(source, &rules(), now))
            .count()
    }

    #[test]
    fn an_account_begins_so_many_resets_and_others_are_not_hindered() {
        let starts = Starts::default();
        assert_eq!(taken(&starts, from(1000, ""), 0), 3);
        assert_eq!(taken(&starts, from(1000, ""), 59), 0);
        assert_eq!(taken(&starts, from(1001, ""), 59), 3);
        assert_eq!(taken(&starts, from(1000, ""), 60), 3);
    }

    #[test]
    fn one_network_uses_up_no_more_of_a_kiosk_than_an_account_has() {
        let starts = Starts::default();
        assert_eq!(taken(&starts, from(1000, "192.0.2.1"), 0), 3);
        assert_eq!(taken(&starts, from(1000, "::ffff:192.0.2.1"), 0), 0);
        assert_eq!(taken(&starts, from(1000, "2001:db8::1"), 0), 3);
        assert_eq!(taken(&starts, from(1000, "2001:db8::2:0:0:1"), 0), 0);
        // Eight in all, and those at the host have their own.
        assert_eq!(taken(&starts, from(1000, "2001:db8:0:1::1"), 0), 2);
        assert_eq!(taken(&starts, from(1000, "192.0.2.2"), 60), 0);
        assert_eq!(taken(&starts, from(1000, ""), 60), 3);
        assert_eq!(taken(&starts, from(1001, "192.0.2.1"), 60), 3);
        assert_eq!(taken(&starts, from(1000, "192.0.2.2"), 600), 3);
    }

    #[test]
    fn what_is_no_plain_address_takes_nothing_from_those_at_the_host() {
        let starts = Starts::default();
        assert_eq!(taken(&starts, from(1000, "fe80::1%eth0"), 0), 3);
        assert_eq!(taken(&starts, from(1000, "client.example.org"), 0), 3);
        assert_eq!(taken(&starts, from(1000, "other.example.org"), 0), 0);
        assert_eq!(taken(&starts, from(1000, ""), 0), 3);
    }

    #[test]
    fn all_networks_of_a_site_use_up_no_more_than_a_few_of_them() {
        let starts = Starts::default();
        let begun = |hosts: std::ops::Range<u8>, site: &str| -> usize {
            let rules = ResetRules {
                of_kiosk: Limit::new(100, 600),
                ..rules()
            };
            let hosts = hosts.map(|number| from(1000, &format!("2001:db8:{site}:{number}::1")));
            let now = Timestamp::from_seconds(1_000);
            hosts
                .flat_map(|source| [source; 5])
                .filter(|source| starts.take(*source, &rules, now))
                .count()
        };
        assert_eq!(begun(0..200, "1"), 12);
        assert_eq!(begun(0..2, "2"), 6);
    }

    #[test]
    fn sources_that_have_begun_nothing_lately_take_up_no_room() {
        let starts = Starts::default();
        for account in 0..1000 {
            taken(&starts, from(account, ""), 0);
        }
        taken(&starts, from(5, ""), 600);
        assert_eq!(starts.0.lock().unwrap().len(), 1);
    }
}
