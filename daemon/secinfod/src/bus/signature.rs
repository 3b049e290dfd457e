//! Typed arguments and results of methods and signals, and the signatures that follow from them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zbus::message::Body;
use zbus::{Signature, Type};

use super::error::BusError;

/// The `N` arguments of a method: a tuple, each element one argument.
pub trait Arguments<const N: usize>: Sized + Send + 'static {
    /// The signature of each argument.
    fn signatures() -> [&'static Signature; N];

    /// Reads the arguments from the body of a call, whose signature was already compared.
    ///
    /// # Errors
    /// `InvalidArgs` when the bytes are not what the signature says.
    fn read(body: &Body) -> Result<Self, BusError>;
}

/// The `N` results of a method, or the arguments of a signal: a tuple, each element one value.
pub trait Outputs<const N: usize>: Serialize + Type + Send + Sync + 'static {
    /// The signature of each value.
    fn signatures() -> [&'static Signature; N];
}

fn malformed() -> BusError {
    BusError::invalid_args("The arguments are malformed.")
}

impl Arguments<0> for () {
    fn signatures() -> [&'static Signature; 0] {
        []
    }

    fn read(body: &Body) -> Result<Self, BusError> {
        if body.is_empty() {
            Ok(())
        } else {
            Err(malformed())
        }
    }
}

impl Outputs<0> for () {
    fn signatures() -> [&'static Signature; 0] {
        []
    }
}

macro_rules! tuples {
    ($($count:literal: $($element:ident)+;)+) => {$(
        impl<$($element: Type + DeserializeOwned + Send + 'static),+> Arguments<$count> for ($($element,)+) {
            fn signatures() -> [&'static Signature; $count] {
                [$($element::SIGNATURE),+]
            }

            fn read(body: &Body) -> Result<Self, BusError> {
                match body.data().deserialize::<Self>() {
                    Ok((arguments, read)) if read == body.len() => Ok(arguments),
                    _ => Err(malformed()),
                }
            }
        }

        impl<$($element: Type + Serialize + Send + Sync + 'static),+> Outputs<$count> for ($($element,)+) {
            fn signatures() -> [&'static Signature; $count] {
                [$($element::SIGNATURE),+]
            }
        }
    )+};
}

tuples! {
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
    7: A B C D E F G;
    8: A B C D E F G H;
}

/// The signature of a message body that holds these values one after the other.
pub(crate) fn body_signature(values: &[&'static Signature]) -> Signature {
    match values {
        [] => Signature::Unit,
        [one] => (*one).clone(),
        several => Signature::structure(
            several
                .iter()
                .map(|signature| (*signature).clone())
                .collect::<Vec<_>>(),
        ),
    }
}
