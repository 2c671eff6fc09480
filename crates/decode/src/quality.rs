//! The quality setting that an IJG encoder would need for a file's quantisation table.

/// Luminance table of ITU-T T.81, table K.1, in zigzag order as a DQT segment holds it.
const LUMA: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37,
    29, 40, 58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81,
    87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];

/// The entry that libjpeg's `jpeg_set_quality` derives from a base entry (`jcparam.c`,
/// `jpeg_quality_scaling` and `jpeg_add_quant_table` with `force_baseline`).
fn scaled(base: u16, quality: u32) -> u32 {
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - quality * 2
    };
    ((u32::from(base) * percent + 50) / 100).clamp(1, 255)
}

/// The quality, 1–100, whose table has the least sum of absolute differences to `table` (in
/// zigzag order); the higher of two equally near.
///
/// Exact for files of libjpeg and its descendants; an estimate for tables of other make.
pub(crate) fn nearest(table: &[u16; 64]) -> u8 {
    let distance = |quality: u8| -> u32 {
        LUMA.iter()
            .zip(table)
            .map(|(&base, &entry)| scaled(base, u32::from(quality)).abs_diff(u32::from(entry)))
            .sum()
    };
    (1..=100)
        .rev()
        .min_by_key(|&quality| distance(quality))
        .unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ijg_tables_are_recognised_exactly() {
        // Very low qualities saturate at 255 but still differ in the small entries.
        for quality in 5..=100_u8 {
            let table = LUMA.map(|base| u16::try_from(scaled(base, u32::from(quality))).unwrap());
            let found = nearest(&table);
            assert_eq!(
                LUMA.map(|base| scaled(base, u32::from(found))),
                table.map(u32::from),
                "{quality}"
            );
        }
    }

    #[test]
    fn any_table_has_a_quality() {
        assert_eq!(nearest(&[1; 64]), 100);
        assert_eq!(nearest(&[0; 64]), 100);
        assert_eq!(nearest(&[u16::MAX; 64]), 1);
    }
}
