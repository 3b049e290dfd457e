//! The users by their ids: a map that shares what is equal with its clones, and takes little memory
//! beside the users.
//!
//! Ids are random, so that their first bits part the users evenly. A change copies what is shared of
//! the way to one user: two lists of 64 pointers, and a list of some 25 users where there are a
//! hundred thousand.

use super::UserState;
use crate::UserId;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::sync::Arc;

/// How many branches a list of pointers has: one for each value of six bits.
const WIDTH: usize = 64;

/// Users whose ids begin alike, by rising id.
type Bucket = Vec<(UserId, Arc<UserState>)>;

/// The users by their ids.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Users {
    /// By the first six bits of the first byte, and then of the second.
    buckets: Arc<Vec<Arc<Vec<Arc<Bucket>>>>>,
    count: usize,
}

impl Default for Users {
    fn default() -> Self {
        let below = Arc::new(vec![Arc::default(); WIDTH]);
        Self {
            buckets: Arc::new(vec![below; WIDTH]),
            count: 0,
        }
    }
}

impl Users {
    pub(super) fn get(&self, id: UserId) -> Option<&UserState> {
        let (first, second) = way(id);
        let bucket = &self.buckets[first][second];
        let place = place(bucket, id).ok()?;
        Some(&bucket[place].1)
    }

    pub(super) fn get_mut(&mut self, id: UserId) -> Option<&mut UserState> {
        let bucket = self.bucket_mut(id);
        let place = place(bucket, id).ok()?;
        Some(Arc::make_mut(&mut bucket[place].1))
    }

    pub(super) fn insert(&mut self, id: UserId, user: UserState) {
        let bucket = self.bucket_mut(id);
        match place(bucket, id) {
            Ok(place) => bucket[place].1 = Arc::new(user),
            Err(place) => {
                // Exactly one more: there are many buckets.
                bucket.reserve_exact(1);
                bucket.insert(place, (id, Arc::new(user)));
                self.count += 1;
            }
        }
    }

    pub(super) fn remove(&mut self, id: UserId) {
        let bucket = self.bucket_mut(id);
        if let Ok(place) = place(bucket, id) {
            bucket.remove(place);
            self.count -= 1;
        }
    }

    /// Every user, by rising bits of the way, and users whose ids begin alike by rising id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (UserId, &UserState)> {
        let buckets = self.buckets.iter().flat_map(|below| below.iter());
        let users = buckets.flat_map(|bucket| bucket.iter());
        users.map(|(id, user)| (*id, user.as_ref()))
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    fn bucket_mut(&mut self, id: UserId) -> &mut Bucket {
        let (first, second) = way(id);
        let below = Arc::make_mut(&mut Arc::make_mut(&mut self.buckets)[first]);
        Arc::make_mut(&mut below[second])
    }
}

fn way(id: UserId) -> (usize, usize) {
    let [first, second, ..] = *id.as_bytes();
    (usize::from(first >> 2), usize::from(second >> 2))
}

fn place(bucket: &Bucket, id: UserId) -> Result<usize, usize> {
    bucket.binary_search_by_key(&id, |(known, _)| *known)
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

    /// Ids of which many begin alike, some to the last byte.
    fn id() -> impl Strategy<Value = UserId> {
        (0_u8..8, 0_u8..8, 0_u8..4).prop_map(|(first, second, last)| {
            let mut id = [0; 16];
            (id[0], id[1], id[15]) = (first << 2 | last, second << 2, last);
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
        let all: BTreeMap<_, _> = users.iter().map(|(id, user)| (id, user.clone())).collect();
        assert_eq!(&all, model);
        for (id, user) in model {
            assert_eq!(users.get(*id), Some(user));
        }
    }

    proptest! {
        #[test]
        fn it_is_a_map_and_its_clones_stay_as_they_were(
            changes in prop::collection::vec(change(), 0..200),
            cloned_at in 0_usize..200,
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
