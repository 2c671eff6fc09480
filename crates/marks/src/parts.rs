//! Connected parts of a mask.

use std::ops::Range;

/// Pixels of a row that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) y: usize,
    pub(crate) x: Range<usize>,
}

/// A connected part of a mask.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) runs: Vec<Run>,
    pub(crate) x: Range<usize>,
    pub(crate) y: Range<usize>,
    /// Its pixels.
    pub(crate) area: usize,
}

impl Part {
    pub(crate) fn width(&self) -> usize {
        self.x.len()
    }

    pub(crate) fn height(&self) -> usize {
        self.y.len()
    }

    /// Its pixels, row by row.
    pub(crate) fn pixels(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.runs
            .iter()
            .flat_map(|run| run.x.clone().map(move |x| (x, run.y)))
    }
}

/// The parts of the pixels for which `inside` holds. Pixels are connected if they touch, at corners
/// too, or if at most `gap` pixels of a row lie between them.
pub(crate) fn parts(plane: &[u8], width: usize, above: u8, gap: usize) -> Vec<Part> {
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut before = 0..0;
    for (y, row) in plane.chunks_exact(width).enumerate() {
        let start = runs.len();
        let mut x = 0;
        while let Some(from) = first_above(row, x, above) {
            let length = row[from..].iter().position(|&value| value <= above);
            x = length.map_or(width, |length| from + length);
            parents.push(runs.len());
            runs.push(Run { y, x: from..x });
        }
        let mut upper = before.clone();
        for own in start..runs.len() {
            if own > start && runs[own].x.start <= runs[own - 1].x.end + gap {
                join(&mut parents, own, own - 1);
            }
            while upper.start < upper.end && runs[upper.start].x.end + gap < runs[own].x.start {
                upper.start += 1;
            }
            for other in upper.clone() {
                if runs[other].x.start > runs[own].x.end + gap {
                    break;
                }
                join(&mut parents, own, other);
            }
        }
        before = start..runs.len();
    }
    let mut index = vec![usize::MAX; runs.len()];
    let mut parts: Vec<Part> = Vec::new();
    for (own, run) in runs.into_iter().enumerate() {
        let root = root(&mut parents, own);
        if index[root] == usize::MAX {
            index[root] = parts.len();
            parts.push(Part {
                runs: Vec::new(),
                x: run.x.clone(),
                y: run.y..run.y + 1,
                area: 0,
            });
        }
        let part = &mut parts[index[root]];
        part.x = part.x.start.min(run.x.start)..part.x.end.max(run.x.end);
        part.y.end = run.y + 1;
        part.area += run.x.len();
        part.runs.push(run);
    }
    parts
}

/// The first place from `start` on whose value is above `above`. Most of a plane is not, so that it
/// goes by blocks.
fn first_above(row: &[u8], start: usize, above: u8) -> Option<usize> {
    let mut from = start;
    for block in row[start..].chunks(32) {
        if block.iter().fold(0, |most, &value| value.max(most)) > above {
            return block
                .iter()
                .position(|&value| value > above)
                .map(|skip| from + skip);
        }
        from += block.len();
    }
    None
}

fn root(parents: &mut [usize], mut own: usize) -> usize {
    while parents[own] != own {
        parents[own] = parents[parents[own]];
        own = parents[own];
    }
    own
}

fn join(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    let (low, high) = (one.min(other), one.max(other));
    parents[high] = low;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[&str], gap: usize) -> Vec<(usize, usize, usize)> {
        let plane: Vec<u8> = rows.concat().bytes().map(|b| u8::from(b == b'#')).collect();
        let parts = parts(&plane, rows[0].len(), 0, gap);
        parts
            .iter()
            .map(|part| {
                assert_eq!(part.pixels().count(), part.area);
                (part.area, part.width(), part.height())
            })
            .collect()
    }

    #[test]
    fn pixels_that_touch_are_one_part() {
        let rows = ["#...#", ".#.#.", "..#..", ".....", "##.##"];
        assert_eq!(found(&rows, 0), [(5, 5, 3), (2, 2, 1), (2, 2, 1)]);
        assert_eq!(found(&rows, 1), [(5, 5, 3), (4, 5, 1)]);
        assert_eq!(found(&["#.#", "#.#", "###"], 0), [(7, 3, 3)]);
    }
}
