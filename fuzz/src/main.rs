//! The fuzzer's program. With the condition `fuzzing` it is libFuzzer, on the target that the
//! environment names; without, it lists the targets.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod libfuzzer {
    use secinfo_fuzz::{Target, target};
    use std::env;
    use std::sync::LazyLock;

    /// Chosen by the environment, because libFuzzer reads all arguments itself.
    static TARGET: LazyLock<&Target> = LazyLock::new(|| {
        let name = env::var("SECINFO_FUZZ_TARGET").unwrap_or_default();
        target(&name).expect("SECINFO_FUZZ_TARGET names a target")
    });

    libfuzzer_sys::fuzz_target!(|input: &[u8]| (TARGET.run)(input));
}

#[cfg(not(fuzzing))]
fn main() {
    for target in secinfo_fuzz::TARGETS {
        println!("{:<22}{}", target.name, target.what);
    }
}
