//! A file of this process, in memory where the system has such a folder.

use std::path::PathBuf;

pub(crate) fn path(name: &str) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    };
    folder.join(format!("shomei-fuzz-{}-{name}", std::process::id()))
}
