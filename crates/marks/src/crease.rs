//! Straight lines across wall and person: creases of a folded print.

use crate::scene::{Place, Scene};

/// Pixels along the line that are averaged: the strips.
const STRIP: usize = 16;
/// How much lighter or darker the line is than both its sides, of 255.
const CONTRAST: f32 = 6.0;
/// Distance to the sides that are compared, in pixels.
const SIDES: [usize; 2] = [2, 3];
/// The largest slope of the line against the photo's edge.
const SLOPE: f32 = 0.12;
/// Slopes that are tried: groups to each side of level, and steps to each side of a group.
const GROUPS: i32 = 2;
const FINE: i32 = 2;
/// How far from the middle of a group a line of the group is at most, in pixels.
const COARSE: usize = 8;
/// Lines that are seen in a smaller share of the strips are not looked at closely.
const LENGTH: f32 = 0.8;
/// Lines nearer to the edges than this are borders, in pixels.
const RIM: usize = 40;
/// Luma at which a light line on the wall, and a dark one on black, cannot be seen.
const WHITE: f32 = 236.0;
const BLACK: f32 = 16.0;

/// A line across the picture, in working pixels.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    /// Its two ends.
    pub(crate) ends: [(f32, f32); 2],
    /// Share of its strips in which it can be seen, of those in which it could.
    pub(crate) length: f32,
    /// The same on the person.
    pub(crate) on_person: f32,
    /// Strips on the person and on the wall.
    pub(crate) person: usize,
    pub(crate) wall: usize,
}

/// The clearest line that runs across the picture and the one that runs down.
pub(crate) fn find(scene: &Scene<'_>) -> Vec<Line> {
    [false, true]
        .into_iter()
        .filter_map(|down| best(&Strips::of(scene, down)))
        .collect()
}

/// Averages over strips. `along` runs along the line, `across` it.
struct Strips<'a> {
    scene: &'a Scene<'a>,
    down: bool,
    strips: usize,
    across: usize,
    /// `across × strips`.
    luma: Vec<f32>,
}

impl<'a> Strips<'a> {
    fn of(scene: &'a Scene<'a>, down: bool) -> Self {
        let (along, across) = if down {
            (scene.height, scene.width)
        } else {
            (scene.width, scene.height)
        };
        let strips = along / STRIP;
        let mut luma = vec![0.0; across * strips];
        for (y, row) in scene.luma.chunks_exact(scene.width).enumerate() {
            if down {
                if y / STRIP < strips {
                    for (x, &value) in row.iter().enumerate() {
                        luma[(y / STRIP) * across + x] += f32::from(value);
                    }
                }
            } else {
                for (strip, pixels) in row.chunks_exact(STRIP).enumerate() {
                    let sum: u32 = pixels.iter().map(|&value| u32::from(value)).sum();
                    luma[strip * across + y] = sum as f32;
                }
            }
        }
        for value in &mut luma {
            *value /= STRIP as f32;
        }
        Self {
            scene,
            down,
            strips,
            across,
            luma,
        }
    }

    fn point(&self, strip: usize, at: usize) -> (usize, usize) {
        let along = strip * STRIP + STRIP / 2;
        if self.down { (at, along) } else { (along, at) }
    }
}

fn best(strips: &Strips<'_>) -> Option<Line> {
    let (across, count) = (strips.across, strips.strips);
    if count == 0 || count > 64 || across <= 2 * RIM + 2 {
        return None;
    }
    let offsets = |slope: f32| -> Vec<isize> {
        let middle = (count - 1) as f32 / 2.0;
        (0..count)
            .map(|strip| ((strip as f32 - middle) * STRIP as f32 * slope).round() as isize)
            .collect()
    };
    // Slopes, each with those near it.
    let slopes: Vec<_> = (-GROUPS..=GROUPS)
        .map(|group| {
            let middle = SLOPE * group as f32 / GROUPS as f32;
            let fine = SLOPE / (GROUPS * (2 * FINE + 1)) as f32;
            let near = (-FINE..=FINE).map(|step| offsets(middle + fine * step as f32));
            (offsets(middle), near.collect::<Vec<_>>())
        })
        .collect();
    let enough = (count as f32 * LENGTH) as usize;
    let mut best: Option<Line> = None;
    for sign in [1.0, -1.0] {
        // One bit for each strip in which the place is a ridge of this sign, or next to one.
        let mut bits = vec![0u64; across];
        for strip in 0..count {
            let own = &strips.luma[strip * across..(strip + 1) * across];
            for at in SIDES[1]..across - SIDES[1] {
                let ridge = SIDES.iter().any(|&side| {
                    sign * (own[at] - own[at - side]) > CONTRAST
                        && sign * (own[at] - own[at + side]) > CONTRAST
                });
                if ridge {
                    for bits in &mut bits[at - 1..=at + 1] {
                        *bits |= 1 << strip;
                    }
                }
            }
        }
        let invisible = |luma: f32| {
            if sign > 0.0 {
                luma > WHITE
            } else {
                luma < BLACK
            }
        };
        // Where a line is seen or could not be, and the same within `COARSE` of the place.
        let mut open = bits.clone();
        for strip in 0..count {
            let own = &strips.luma[strip * across..(strip + 1) * across];
            for (open, &luma) in open.iter_mut().zip(own) {
                *open |= u64::from(invisible(luma)) << strip;
            }
        }
        let near: Vec<u64> = (0..across)
            .map(|at| {
                let window = at.saturating_sub(COARSE)..(at + COARSE + 1).min(across);
                open[window].iter().fold(0, |all, bits| all | bits)
            })
            .collect();
        for (coarse, fine) in &slopes {
            for at in RIM..across - RIM {
                let seen = |bits: &[u64], offsets: &[isize]| {
                    let places = offsets.iter().enumerate();
                    places
                        .filter(|&(strip, &off)| bits[place(at, off, across)] >> strip & 1 == 1)
                        .count()
                };
                if seen(&near, coarse) < enough {
                    continue;
                }
                for offsets in fine {
                    if seen(&open, offsets) < enough {
                        continue;
                    }
                    let line = judge(strips, &bits, &invisible, at, offsets);
                    if best.is_none_or(|best| line.score() > best.score()) {
                        best = Some(line);
                    }
                }
            }
        }
    }
    best
}

impl Line {
    fn score(&self) -> f32 {
        self.length.min(self.on_person) * (self.person + self.wall) as f32
    }
}

/// The place of a line that is at `at` in the middle of the picture.
fn place(at: usize, offset: isize, across: usize) -> usize {
    at.saturating_add_signed(offset).min(across - 1)
}

fn judge(
    strips: &Strips<'_>,
    bits: &[u64],
    invisible: &dyn Fn(f32) -> bool,
    at: usize,
    offsets: &[isize],
) -> Line {
    let (mut seen, mut possible) = ([0usize; 2], [0usize; 2]);
    let mut ends = [(0.0, 0.0); 2];
    for (strip, &offset) in offsets.iter().enumerate() {
        let at = place(at, offset, strips.across);
        let (x, y) = strips.point(strip, at);
        ends[usize::from(strip > 0)] = (x as f32, y as f32);
        let wall = usize::from(strips.scene.place(x, y) == Place::Wall);
        if bits[at] >> strip & 1 == 1 {
            seen[wall] += 1;
        } else if invisible(strips.luma[strip * strips.across + at]) {
            continue;
        }
        possible[wall] += 1;
    }
    let share = |seen: usize, of: usize| {
        if of == 0 {
            0.0
        } else {
            seen as f32 / of as f32
        }
    };
    Line {
        ends,
        length: share(seen[0] + seen[1], possible[0] + possible[1]),
        on_person: share(seen[0], possible[0]),
        person: possible[0],
        wall: possible[1],
    }
}
