//! Does nothing: it is there because Cargo looks at the features of build dependencies only where
//! there is a build script. See the workspace's `syn`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
