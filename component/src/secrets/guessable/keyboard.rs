//! What fingers do on a keyboard: keys side by side, as in `qwerty`, `1qaz2wsx` or `1q2w3e4r`.

/// The keys of a row, without shift and with it. Those of a column lie below each other.
const ROWS: [[&str; 2]; 4] = [
    ["`1234567890-=", "~!@#$%^&*()_+"],
    [" qwertyuiop[]\\", " QWERTYUIOP{}|"],
    [" asdfghjkl;'", " ASDFGHJKL:\""],
    [" zxcvbnm,./", " ZXCVBNM<>?"],
];

/// Keys in one direction are a walk from three on, in any direction from four on: chance makes shorter ones.
const STRAIGHT: usize = 3;
const WINDING: usize = 4;

/// A place on the keyboard.
#[derive(Clone, Copy, PartialEq, Eq)]
struct KeyPosition {
    row: i64,
    column: i64,
}

impl KeyPosition {
    fn of(c: char) -> Option<Self> {
        ROWS.iter().zip(0..).find_map(|(shifts, row)| {
            let column =
                shifts.iter().find_map(|keys| keys.chars().position(|key| key == c && key != ' '))?;
            Some(Self { row, column: i64::try_from(column).ok()? })
        })
    }

    /// How one gets from here to a neighbour.
    fn step_to(self, other: Self) -> Option<(i64, i64)> {
        let step = (other.row - self.row, other.column - self.column);
        (step != (0, 0) && step.0.abs() <= 1 && step.1.abs() <= 1).then_some(step)
    }
}

/// Whether two characters are of one key, or of keys side by side.
pub fn are_near(one: char, other: char) -> bool {
    let (Some(one), Some(other)) = (KeyPosition::of(one), KeyPosition::of(other)) else { return false };
    one == other || one.step_to(other).is_some()
}

/// How many characters from the first on are typed from key to neighbouring key; none where that may be chance.
pub fn walk(chars: &[char]) -> usize {
    let keys: Vec<Option<KeyPosition>> = chars.iter().map(|c| KeyPosition::of(*c)).collect();
    let steps = keys.array_windows().map(|[from, to]| from.as_ref()?.step_to((*to)?));
    let steps: Vec<(i64, i64)> = steps.map_while(|step| step).collect();
    let straight = steps.first().map_or(0, |first| steps.iter().take_while(|step| *step == first).count());
    match (steps.len() + 1, straight + 1) {
        (winding @ WINDING.., _) => winding,
        (_, straight @ STRAIGHT..) => straight,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_ends_where_the_next_key_is_elsewhere() {
        for (typed, length) in [
            ("qwerty", 6),
            ("1qaz2wsx", 4),
            ("!QAZ", 4),
            ("1q2w3e4r", 8),
            ("poiu1", 4),
            ("asd1", 3),
            ("aswp", 3 - 3),
            ("qa", 0),
            ("aaaa", 0),
            ("plmk", 0),
            ("", 0),
        ] {
            let chars: Vec<char> = typed.chars().collect();
            assert_eq!(walk(&chars), length, "{typed}");
        }
        assert!(are_near('1', '@') && are_near('z', 'Z') && !are_near('q', 'p') && !are_near('é', 'e'));
    }
}
