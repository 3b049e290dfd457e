//! The users by their ids: a map that shares what is equal with its clones, and takes little memory
//! beside the users.
//!
//! Ids are random, so that their first bits part the users evenly. A change copies what is shared of
//! the way to one user: a list of eight branches for each three bits of the way, and a list of at most
//! 32 users at its end. Every pointer copied is a count raised somewhere in memory, and lowered when
//! the former copy goes: where there are many users, that is what a change costs.

use super::UserState;
use crate::UserId;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::sync::Arc;

/// How many bits of an id choose a branch.
const BITS: usize = 3;

/// How many branches a list of users becomes that has grown too long.
const WIDTH: usize = 1 << BITS;

/// The most users in one list.
const MOST: usize = 32;

/// The users by their ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Users {
    top: Node,
    count: usize,
}

/// Users whose ids begin alike.
#[derive(Debug, Clone)]
enum Node {
    /// By rising id.
    List(Arc<Vec<(UserId, Arc<UserState>)>>),
    /// By the next bits of their ids.
    Branches(Arc<[Self; WIDTH]>),
}

impl Users {
    pub(super) fn get(&self, id: UserId) -> Option<&UserState> {
        let (mut node, mut depth) = (&self.top, 0);
        loop {
            match node {
                Node::List(list) => return Some(&list[place(list, id).ok()?].1),
                Node::Branches(branches) => node = &branches[branch(id, depth)],
            }
            depth += 1;
        }
    }

    pub(super) fn get_mut(&mut self, id: UserId) -> Option<&mut UserState> {
        let list = self.top.list_mut(id, 0);
        let place = place(list, id).ok()?;
        Some(Arc::make_mut(&mut list[place].1))
    }

    pub(super) fn insert(&mut self, id: UserId, user: UserState) {
        self.count += usize::from(self.top.insert(id, Arc::new(user), 0));
    }

    pub(super) fn remove(&mut self, id: UserId) {
        let list = self.top.list_mut(id, 0);
        if let Ok(place) = place(list, id) {
            list.remove(place);
            self.count -= 1;
        }
    }

    /// Every user, by rising id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (UserId, &UserState)> {
        let (mut nodes, mut users) = (vec![&self.top], [].iter());
        std::iter::from_fn(move || {
            loop {
                if let Some((id, user)) = users.next() {
                    return Some((*id, Arc::as_ref(user)));
                }
                match nodes.pop()? {
                    Node::List(list) => users = list.iter(),
                    Node::Branches(branches) => nodes.extend(branches.iter().rev()),
                }
            }
        })
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }
}

/// Users are equal whatever lists they stand in: those of erased users stay as they have grown.
impl PartialEq for Users {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.iter().eq(other.iter())
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::List(Arc::default())
    }
}

impl Node {
    /// The list in which this user is, or would be; `depth` branches were chosen on the way here.
    fn list_mut(&mut self, id: UserId, depth: usize) -> &mut Vec<(UserId, Arc<UserState>)> {
        match self {
            Self::List(list) => Arc::make_mut(list),
            Self::Branches(branches) => {
                Arc::make_mut(branches)[branch(id, depth)].list_mut(id, depth + 1)
            }
        }
    }

    /// Takes in a user, in place of any with this id. Returns whether there was none.
    fn insert(&mut self, id: UserId, user: Arc<UserState>, depth: usize) -> bool {
        let list = match self {
            Self::List(list) => Arc::make_mut(list),
            Self::Branches(branches) => {
                return Arc::make_mut(branches)[branch(id, depth)].insert(id, user, depth + 1);
            }
        };
        match place(list, id) {
            Ok(place) => {
                list[place].1 = user;
                return false;
            }
            Err(place) => {
                // Exactly one more: there are many lists.
                list.reserve_exact(1);
                list.insert(place, (id, user));
            }
        }
        if list.len() > MOST {
            let mut branches: [Self; WIDTH] = Default::default();
            for (id, user) in list.drain(..) {
                branches[branch(id, depth)].insert(id, user, depth + 1);
            }
            *self = Self::Branches(Arc::new(branches));
        }
        true
    }
}

/// The branch that a user is below. More ids than fit into a list differ long before their bits end.
fn branch(id: UserId, depth: usize) -> usize {
    let rest = u128::from_be_bytes(*id.as_bytes()) << (BITS * depth);
    usize::try_from(rest >> (128 - BITS)).expect("so few bits are a usize")
}

fn place(list: &[(UserId, Arc<UserState>)], id: UserId) -> Result<usize, usize> {
    list.binary_search_by_key(&id, |(known, _)| *known)
}

impl Serialize for Users {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.count))?;
        for (id, user) in self.iter() {
            map.serialize_entry(&id, user)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Users {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UsersVisitor;
        impl<'de> de::Visitor<'de> for UsersVisitor {
            type Value = Users;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("users by their ids")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Users, A::Error> {
                let mut users = Users::default();
                while let Some((id, user)) = map.next_entry()? {
                    users.insert(id, user);
                }
                Ok(users)
            }
        }
        deserializer.deserialize_map(UsersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sealed;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn user(number: u8) -> UserState {
        UserState::new(Sealed::new(vec![number]))
    }

    /// Ids of which many begin alike, some to the last bits.
    fn id() -> impl Strategy<Value = UserId> {
        (0_u8..2, 0_u8..2, any::<u8>()).prop_map(|(first, second, last)| {
            let mut id = [0; 16];
            (id[0], id[1], id[15]) = (first << 7, second, last);
            UserId::from_bytes(id)
        })
    }

    #[derive(Debug, Clone)]
    enum Change {
        Insert(UserId, u8),
        Replace(UserId, u8),
        Remove(UserId),
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            3 => (id(), any::<u8>()).prop_map(|(id, number)| Change::Insert(id, number)),
            1 => (id(), any::<u8>()).prop_map(|(id, number)| Change::Replace(id, number)),
            1 => id().prop_map(Change::Remove),
        ]
    }

    fn expect_equal(users: &Users, model: &BTreeMap<UserId, UserState>) {
        assert_eq!(users.count(), model.len());
        assert!(users.iter().eq(model.iter().map(|(id, user)| (*id, user))));
        for (id, user) in model {
            assert_eq!(users.get(*id), Some(user));
        }
    }

    proptest! {
        #[test]
        fn it_is_a_map_and_its_clones_stay_as_they_were(
            changes in prop::collection::vec(change(), 0..600),
            cloned_at in 0_usize..600,
        ) {
            let (mut users, mut model) = (Users::default(), BTreeMap::new());
            let mut earlier = (users.clone(), model.clone());
            for (number, change) in changes.into_iter().enumerate() {
                if number == cloned_at {
                    earlier = (users.clone(), model.clone());
                }
                match change {
                    Change::Insert(id, number) => {
                        users.insert(id, user(number));
                        model.insert(id, user(number));
                    }
                    Change::Replace(id, number) => {
                        let known = users.get_mut(id);
                        prop_assert_eq!(known.is_some(), model.contains_key(&id));
                        if let Some(known) = known {
                            *known = user(number);
                            model.insert(id, user(number));
                        }
                    }
                    Change::Remove(id) => {
                        users.remove(id);
                        model.remove(&id);
                    }
                }
            }
            expect_equal(&users, &model);
            expect_equal(&earlier.0, &earlier.1);
            let stored = postcard::to_allocvec(&users).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Users>(&stored).unwrap(), users);
        }
    }
}
