//! Converts between C pointers and Rust values, for arguments and results.

use std::error::Error;
use std::ffi::{CStr, CString, c_char};
use std::fmt::Display;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use crate::ShomeiStatus;

/// Why a call has no result.
#[derive(Debug)]
pub(crate) struct Failure {
    status: ShomeiStatus,
    message: String,
}

impl Failure {
    /// The argument `key` is not allowed.
    pub(crate) fn argument(key: &str, why: impl Display) -> Self {
        Self {
            status: ShomeiStatus::InvalidArgument,
            message: format!("{key}: {why}"),
        }
    }

    /// There is no reviewer.
    pub(crate) fn start(error: &shomei::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        Self {
            status: ShomeiStatus::CannotStart,
            message,
        }
    }
}

/// Runs the inside of a call. A panic ends here.
pub(crate) fn guarded<T>(inside: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    // Nothing that the inside changes is seen again: reviewers are only shared.
    catch_unwind(AssertUnwindSafe(inside)).unwrap_or_else(|payload| {
        // Its drop could panic again.
        mem::forget(payload);
        Err(Failure {
            status: ShomeiStatus::Internal,
            message: "a bug inside Shomei; please report it".to_owned(),
        })
    })
}

/// Runs a call, and hands over its result through `out` or its message through `error`.
///
/// # Safety
/// Both are null or may be written through.
pub(crate) unsafe fn call<T>(
    name: &str,
    out: *mut *mut T,
    error: *mut *mut c_char,
    inside: impl FnOnce() -> Result<*mut T, Failure>,
) -> ShomeiStatus {
    let (result, message, status) = if out.is_null() {
        let failure = Failure::argument(name, "NULL is not allowed");
        (ptr::null_mut(), failure.message, failure.status)
    } else {
        match guarded(inside) {
            Ok(result) => (result, String::new(), ShomeiStatus::Ok),
            Err(failure) => (ptr::null_mut(), failure.message, failure.status),
        }
    };
    if !out.is_null() {
        // SAFETY: not null, so it may be written through, as the caller promises.
        unsafe { out.write(result) };
    }
    if !error.is_null() {
        let message = match status {
            ShomeiStatus::Ok => ptr::null_mut(),
            _ => owned(message),
        };
        // SAFETY: not null, so it may be written through, as the caller promises.
        unsafe { error.write(message) };
    }
    status
}

/// A text that is the caller's from now on.
pub(crate) fn owned(text: String) -> *mut c_char {
    let text = CString::new(text).unwrap_or_else(|error| {
        let text = String::from_utf8_lossy(&error.into_vec()).replace('\0', "\u{fffd}");
        CString::new(text).unwrap_or_default()
    });
    text.into_raw()
}

/// The text of the argument `key`; none for null.
///
/// # Safety
/// `text` is null or ends with NUL, and outlives the result.
pub(crate) unsafe fn text<'a>(key: &str, text: *const c_char) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, so it ends with NUL, as the caller promises.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|error| {
        let valid = error.valid_up_to();
        Failure::argument(
            key,
            format!("not UTF-8 after {valid} bytes; only UTF-8 is allowed"),
        )
    })
}

/// A copy of the struct of the argument `key`; none for null.
///
/// When a struct gets another field, it has two known sizes. The smaller one is copied, and the rest
/// is zero.
///
/// # Safety
/// `given` is null or points to a struct that begins with a `usize`, its size in bytes.
pub(crate) unsafe fn sized<T: Copy>(key: &str, given: *const T) -> Result<Option<T>, Failure> {
    if given.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, so it begins with its size, as the caller promises.
    let size = unsafe { given.cast::<usize>().read() };
    let known = size_of::<T>();
    if size != known {
        let allowed = format!("{size} is not allowed; {known} is, its sizeof");
        return Err(Failure::argument(&format!("{key}.size"), allowed));
    }
    // SAFETY: not null, and as long as a `T`.
    Ok(Some(unsafe { given.read() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a caller sees of a call with `inside`, beginning with pointers that are not null.
    fn called(
        inside: impl FnOnce() -> Result<*mut c_char, Failure>,
    ) -> (ShomeiStatus, Option<CString>, Option<CString>) {
        let mut own = 0;
        let (mut out, mut error) = (&raw mut own, &raw mut own);
        // SAFETY: both may be written through.
        let status = unsafe { call("out", &raw mut out, &raw mut error, inside) };
        // SAFETY: what is not null was handed over.
        let taken =
            |text: *mut c_char| unsafe { (!text.is_null()).then(|| CString::from_raw(text)) };
        (status, taken(out), taken(error))
    }

    #[test]
    fn a_panic_is_a_status() {
        let (status, out, error) = called(|| panic!("a test's panic"));
        assert_eq!((status, out), (ShomeiStatus::Internal, None));
        let message = error.unwrap().into_string().unwrap();
        assert!(message.contains("inside Shomei"), "{message}");

        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("a test's second panic");
            }
        }
        let (status, out, _) = called(|| std::panic::panic_any(Bomb));
        assert_eq!((status, out), (ShomeiStatus::Internal, None));
    }

    #[test]
    fn models_that_are_none_are_a_status_with_the_cause() {
        let models = shomei::ModelSet::new(vec![1], vec![2], vec![3], vec![4]);
        let reviewer = shomei::Reviewer::builder().models(models).build();
        let failure = Failure::start(&reviewer.unwrap_err());
        assert_eq!(failure.status, ShomeiStatus::CannotStart);
        assert!(
            failure.message.starts_with("the models cannot be loaded: "),
            "{}",
            failure.message
        );
    }

    #[test]
    fn a_result_leaves_no_error() {
        let (status, out, error) = called(|| Ok(owned("{}".to_owned())));
        assert_eq!((status, error), (ShomeiStatus::Ok, None));
        assert_eq!(out.as_deref(), Some(c"{}"));
    }

    #[test]
    fn a_nul_does_not_cut_a_text() {
        let (_, out, _) = called(|| Ok(owned("a\0b".to_owned())));
        assert_eq!(out.as_deref(), Some(c"a\u{fffd}b"));
    }
}
