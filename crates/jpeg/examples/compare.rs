//! Compares every file of a folder with libjpeg-turbo-rs at every scale.
//!
//! ```text
//! cargo run --release -p shomei-jpeg --example compare -- FOLDER
//! ```
//!
//! Prints one line per file that differs or that only one of the two accepts, and a summary.
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::path::PathBuf;

use libjpeg_turbo_rs::{PixelFormat, ScalingFactor, StreamingDecoder};
use shomei_jpeg::{Buffers, File, Limits, Precision, Scale};

fn oracle(data: &[u8], scale: Scale) -> Option<(usize, usize, Vec<u8>)> {
    let run = || {
        let mut decoder = StreamingDecoder::new(data).ok()?;
        decoder.set_output_format(PixelFormat::Rgb);
        decoder.set_scale(ScalingFactor::try_new(1, 8 / scale.eighths()).ok()?);
        let image = decoder.decode().ok()?;
        Some((image.width, image.height, image.data))
    };
    std::panic::catch_unwind(run).ok().flatten()
}

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut buffers = Buffers::new();
    let (mut same, mut both_refuse, mut apart) = (0, 0, 0);
    for path in files {
        let data = std::fs::read(&path)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for scale in Scale::ALL {
            let theirs = oracle(&data, scale);
            let file = File::open(&data, &Limits::default());
            let ours = file
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|file| file.decode(scale, Precision::Exact, &mut buffers));
            match (ours, theirs) {
                (Err(_), None) => both_refuse += 1,
                (Err(error), Some(_)) => {
                    apart += 1;
                    println!("{name} {scale:?}: only we refuse: {error}");
                }
                (Ok(ours), None) => {
                    if ours.damage.is_empty() {
                        apart += 1;
                        println!("{name} {scale:?}: only they refuse");
                    } else {
                        both_refuse += 1;
                    }
                }
                (Ok(ours), Some((width, height, theirs))) => {
                    let pixels = ours.pixels.to_rgb();
                    let differences = pixels.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b));
                    let most = differences.clone().max().unwrap_or(0);
                    let sum: u64 = differences.map(u64::from).sum();
                    let mean = sum as f64 / pixels.len() as f64;
                    if (ours.width, ours.height) == (width, height)
                        && most == 0
                        && ours.damage.is_empty()
                    {
                        same += 1;
                    } else {
                        apart += 1;
                        println!(
                            "{name} {scale:?}: {}x{} / {width}x{height}, most {most}, mean {mean:.3}, {:?} {:?}",
                            ours.width,
                            ours.height,
                            ours.damage.first().map(ToString::to_string),
                            file.map(|file| file.header().components.clone()),
                        );
                    }
                }
            }
        }
    }
    println!("the same {same}, refused or damaged for both {both_refuse}, apart {apart}");
    Ok(())
}
