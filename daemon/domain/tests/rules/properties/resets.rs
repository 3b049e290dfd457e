//! What must hold of password resets.

use super::world::World;
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use secinfo_domain::event::{Event, Fact, Gate};
use secinfo_domain::{Kind, MethodId, Place, Purpose, State, UserCommand, UserId};
use std::collections::BTreeSet;

type Checked = Result<(), TestCaseError>;

/// A ticket and an unlocking stand on as many gates as policy asks for, by different methods and
/// destinations, which were all proved in this reset and this long ago at the most.
pub fn gates(world: &World, before: &State, command: &UserCommand, events: &[Event]) -> Checked {
    let context = &command.context;
    let rules = &before.policy().rules.reset;
    for event in events {
        let gates = match &event.fact {
            Fact::PasswordResetRequested(fact) => &fact.gates,
            Fact::Unlocked(fact) if !fact.gates.is_empty() => &fact.gates,
            _ => continue,
        };
        prop_assert!(rules.enabled);
        let groups = context.groups.as_deref();
        let policy = before.policy().effective(groups.unwrap_or_default(), None);
        let wanted = if rules.is_administrator(groups) {
            2
        } else {
            policy.reset_gates.count()
        };
        let by_knowledge = gates.iter().any(|gate| gate.kind.is_knowledge());
        prop_assert!(
            !(by_knowledge && rules.is_administrator(groups)),
            "{event:?}"
        );
        let wanted = wanted.max(1 + u8::from(by_knowledge));
        prop_assert!(gates.len() >= usize::from(wanted), "{event:?}");
        let methods: BTreeSet<_> = gates.iter().map(|gate| gate.method).collect();
        prop_assert_eq!(methods.len(), gates.len());
        let places: Vec<_> = gates
            .iter()
            .filter_map(|gate| place(before, command.user, gate.method))
            .collect();
        let different: BTreeSet<_> = places.iter().collect();
        prop_assert_eq!(different.len(), places.len());
        prop_assert!(gates.iter().filter(|gate| gate.kind == Kind::Email).count() < 2);
        for gate in gates {
            prop_assert!(was_passed(world, command, gate), "{gate:?} of {event:?}");
        }
    }
    Ok(())
}

fn place(state: &State, user: UserId, method: MethodId) -> Option<Place> {
    state.user(user)?.method(method)?.credential().place()
}

fn was_passed(world: &World, command: &UserCommand, gate: &Gate) -> bool {
    let context = &command.context;
    world.events.iter().any(|event| match &event.fact {
        Fact::VerificationSucceeded(fact) => {
            let life = secinfo_domain::Policy::default().rules.reset.life;
            fact.method == gate.method
                && event.user == Some(command.user)
                && fact.purpose == Purpose::PasswordReset
                && fact.session == context.session
                && context.now.is_within(life, event.time)
        }
        _ => false,
    })
}

/// What serves resets only is not locked by the rules of sign-in, and no ticket is open of a user who is gone.
pub fn sign_in_is_not_locked(world: &World) -> Checked {
    for (_, user) in world.state.users() {
        for method in user.methods() {
            let resets_only = !method.kind().serves(Purpose::SignIn);
            prop_assert!(!resets_only || method.locked_at(world.now).is_none());
        }
    }
    for (_, open) in world.state.open_tickets() {
        prop_assert!(world.state.user(open.user).is_some());
    }
    Ok(())
}
