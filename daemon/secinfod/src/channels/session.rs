//! Delivers through a host that has its plugin, until it cannot be used any more.

use super::attempt::Attempt;
use super::clean;
use super::control::Control;
use super::deliveries::Deliveries;
use super::fault::Fault;
use super::frames::{Incoming, Outgoing};
use super::host::{HostProcess, Process};
use super::lines::Lines;
use super::plan::Plan;
use super::status::{Availability, ChannelState};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::{FromHost, PluginInfo, ToHost};
use secinfo_domain::ChannelName;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

/// How often a host is asked how its plugin is.
const HEALTH_EVERY: Duration = Duration::from_secs(30);

/// How long it may take to answer.
const HEALTH_WITHIN: Duration = Duration::from_secs(10);

/// How long a host that is told to stop may take to finish what is under way and to tidy up.
const STOPPED_WITHIN: Duration = Duration::from_secs(8);

/// How long a host that is killed, or whose connection is closed, may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(2);

/// Why a host serves no longer.
pub(super) enum Ended {
    /// The channel was told to stop.
    Stopped,
    /// The host is of no use any more.
    Fault(Fault),
}

/// Why a host is given nothing more to deliver, though it is still there.
enum Leaving {
    /// Waits for its deliveries or for their deadlines.
    Fault(Fault),
    /// Waits for its end, until then.
    Stopping(Instant),
}

struct Session<'a> {
    channel: &'a ChannelName,
    state: &'a ChannelState,
    outgoing: Outgoing,
    deliveries: Deliveries,
    lines: Lines,
    leaving: Option<Leaving>,
    /// When to ask next how the plugin is; or, while it is asked, until when it may answer.
    health_at: Instant,
    health_asked: bool,
}

/// Delivers what waits for the channel.
pub(super) async fn serve(
    host: HostProcess,
    plugin: PluginInfo,
    plan: &Plan,
    state: &ChannelState,
    waiting: &mut mpsc::UnboundedReceiver<Attempt>,
    control: &mut watch::Receiver<Control>,
) -> Ended {
    let HostProcess {
        mut incoming,
        outgoing,
        process,
    } = host;
    let attempt_within = Duration::from_secs(u64::from(plan.config.timeout.get()));
    let mut session = Session {
        channel: &plan.config.name,
        state,
        outgoing,
        deliveries: Deliveries::new(&plugin, attempt_within),
        lines: Lines::new(plan.config.name.clone()),
        leaving: None,
        health_at: Instant::now(),
        health_asked: false,
    };
    state.set(Availability::Ready);
    let ended = session.run(&mut incoming, waiting, control).await;
    // Before any courier learns the outcome, or else it would choose this channel again.
    state.set(Availability::Down);
    session.close(&ended, incoming, process).await;
    ended
}

/// Ends a host that has nothing under way.
pub(super) async fn dismiss(host: HostProcess) {
    drop((host.incoming, host.outgoing));
    host.process.kill();
    host.process.gone().await;
}

impl Session<'_> {
    async fn run(
        &mut self,
        incoming: &mut Incoming,
        waiting: &mut mpsc::UnboundedReceiver<Attempt>,
        control: &mut watch::Receiver<Control>,
    ) -> Ended {
        loop {
            self.state.set_under_way(self.deliveries.under_way());
            if let Some(ended) = self.is_over() {
                return ended;
            }
            let stopping = matches!(self.leaving, Some(Leaving::Stopping(_)));
            let next_time = self.next_time();
            let takes = self.leaving.is_some() || self.deliveries.have_room();
            tokio::select! {
                received = incoming.next() => match received {
                    Ok(Some(message)) => self.on_message(message),
                    Ok(None) if stopping => return Ended::Stopped,
                    Ok(None) => return Ended::Fault(Fault::Ended),
                    Err(fault) => return Ended::Fault(fault),
                },
                written = self.outgoing.write(), if !self.outgoing.is_empty() => {
                    if written.is_err() {
                        return if stopping { Ended::Stopped } else { Ended::Fault(Fault::Ended) };
                    }
                }
                Some(attempt) = waiting.recv(), if takes => self.deliver(attempt),
                () = sleep_until(next_time) => self.check_deadlines(),
                _ = control.wait_for(|wanted| wanted.stop), if !stopping => self.stop(),
            }
        }
    }

    /// Why it is over, if it is.
    fn is_over(&mut self) -> Option<Ended> {
        match &self.leaving {
            Some(Leaving::Stopping(until)) if Instant::now() >= *until => Some(Ended::Stopped),
            Some(Leaving::Fault(_)) if !self.deliveries.may_still_be_told() => {
                match self.leaving.take() {
                    Some(Leaving::Fault(fault)) => Some(Ended::Fault(fault)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// When the clock next asks for something to be done.
    fn next_time(&self) -> Instant {
        let leaving = match &self.leaving {
            Some(Leaving::Stopping(until)) => Some(*until),
            Some(Leaving::Fault(_)) => None,
            None => Some(self.health_at),
        };
        [leaving, self.deliveries.next_deadline()]
            .into_iter()
            .flatten()
            .min()
            // Only while it is over, which is looked at before.
            .unwrap_or_else(Instant::now)
    }

    fn check_deadlines(&mut self) {
        if self.deliveries.give_up_overdue() {
            self.leave(Fault::Overdue);
        }
        if self.leaving.is_some() || Instant::now() < self.health_at {
            return;
        }
        if self.health_asked {
            return self.leave(Fault::NoAnswer);
        }
        self.say(&ToHost::Health);
        self.health_asked = true;
        self.health_at = Instant::now() + HEALTH_WITHIN;
    }

    /// Gives the host nothing more, and ends it once it has reported what it can.
    fn leave(&mut self, fault: Fault) {
        if self.leaving.is_none() {
            self.state.went_wrong(fault.to_string());
            self.state.set(Availability::Down);
            self.leaving = Some(Leaving::Fault(fault));
        }
    }

    fn stop(&mut self) {
        self.state.set(Availability::Down);
        self.say(&ToHost::Stop);
        self.leaving = Some(Leaving::Stopping(Instant::now() + STOPPED_WITHIN));
    }

    fn say(&mut self, message: &ToHost) {
        self.outgoing
            .say(message)
            .expect("a message of a few words fits into a frame");
    }

    fn deliver(&mut self, attempt: Attempt) {
        let is_of_use = self.leaving.is_none() && Instant::now() < attempt.expires;
        // What is dropped unclaimed was not sent.
        if is_of_use && attempt.claim.take() {
            self.deliveries
                .begin(attempt, |message| self.outgoing.say(message));
        }
    }

    fn on_message(&mut self, message: FromHost) {
        match message {
            FromHost::Started { delivery } => self.deliveries.started(delivery),
            FromHost::Report { delivery, report } => {
                if self.deliveries.knows(delivery) {
                    self.note(&report);
                }
                self.deliveries.report(delivery, report);
            }
            FromHost::Health { healthy, detail } => self.on_health(healthy, &detail),
            FromHost::Log {
                level,
                line,
                dropped,
            } => self.lines.log(level, &line, dropped),
            FromHost::Hello { .. } | FromHost::Unusable { .. } => self.leave(Fault::Garbage),
        }
    }

    fn on_health(&mut self, healthy: bool, detail: &str) {
        if !self.health_asked {
            return;
        }
        self.health_asked = false;
        self.health_at = Instant::now() + HEALTH_EVERY;
        if self.leaving.is_none() {
            self.state.set_healthy(healthy);
        }
        if !healthy {
            self.went_wrong("the plugin says that it cannot deliver", detail);
        }
    }

    /// Shows administrators what failed, unless it is the destination that is wrong.
    fn note(&self, report: &Report) {
        match report {
            Report::Failed { reason, detail } if *reason != Reason::Destination => {
                self.went_wrong("a message was not delivered", detail);
            }
            Report::TryLater { detail, .. } => {
                self.went_wrong("a message could not be delivered yet", detail);
            }
            _ => {}
        }
    }

    fn went_wrong(&self, what: &str, detail: &str) {
        let detail = clean::text(detail);
        tracing::warn!(channel = %self.channel, detail, "{what}");
        self.state.went_wrong(format!("{what}: {detail}"));
    }

    /// Ends the host, reads what it has sent before, and decides the deliveries that are left.
    async fn close(self, ended: &Ended, incoming: Incoming, process: Process) {
        let Self {
            channel,
            state,
            outgoing,
            mut deliveries,
            ..
        } = self;
        // A host that is not ours to kill ends over this.
        drop(outgoing);
        process.kill();
        let is_gone = timeout(GONE_WITHIN, read_rest(incoming, &mut deliveries))
            .await
            .is_ok();
        process.gone().await;
        let reason = match ended {
            Ended::Stopped | Ended::Fault(Fault::Overdue | Fault::NoAnswer) => Reason::TimedOut,
            Ended::Fault(_) => Reason::Plugin,
        };
        let unheard = deliveries.close(reason, is_gone);
        state.set_under_way(0);
        if unheard > 0 {
            tracing::warn!(%channel, unheard, "reports came of messages that the host did not have");
        }
    }
}

/// Reads the reports that are left until the host has closed its end.
async fn read_rest(mut incoming: Incoming, deliveries: &mut Deliveries) {
    loop {
        match incoming.next().await {
            Ok(Some(FromHost::Started { delivery })) => deliveries.started(delivery),
            Ok(Some(FromHost::Report { delivery, report })) => deliveries.report(delivery, report),
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(_) => return incoming.read_off().await,
        }
    }
}
