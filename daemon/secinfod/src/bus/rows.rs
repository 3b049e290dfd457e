//! Rows of methods written as the table that they are.

/// The rows of methods, each as `"Name"(input, …) -> (output, …) for access => handler;` below what it
/// does.
macro_rules! methods {
    ($(
        $(#[doc = $doc:literal])+
        $name:literal($($input:ident),*) -> ($($output:ident),*) for $access:expr => $handler:ident;
    )*) => {
        vec![$(
            $crate::bus::Method::new(
                $name,
                concat!($($doc),+).trim_ascii(),
                $access,
                [$(stringify!($input)),*],
                [$(stringify!($output)),*],
                $handler,
            ),
        )*]
    };
}

pub(crate) use methods;
