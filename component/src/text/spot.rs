//! A character where it stands: some are text only in company.

use super::character::{
    ZWJ, ZWNJ, are_of_one_script, is_emoji, is_ideograph, is_joiner, is_mark, is_modifier, is_mongolian,
    is_of_words, is_pictograph, is_selector, is_virama, is_visible, joining_type,
};
use icu_properties::props::JoiningType;

/// A character, and what is around it.
pub struct Spot<'a> {
    before: &'a [char],
    /// The character itself.
    pub character: char,
    after: &'a [char],
}

/// Every character of a text, where it stands.
pub fn spots(text: &[char]) -> impl Iterator<Item = Spot<'_>> {
    (0..text.len()).filter_map(|at| {
        let (before, rest) = text.split_at_checked(at)?;
        let (character, after) = rest.split_first()?;
        Some(Spot { before, character: *character, after })
    })
}

/// The flags of England, Scotland and Wales: the only ones that are spelt with tags (UTS #51, `RGI_Emoji_Tag_Sequence`).
const FLAGS: [[char; 7]; 3] = [
    ['\u{1f3f4}', '\u{e0067}', '\u{e0062}', '\u{e0065}', '\u{e006e}', '\u{e0067}', '\u{e007f}'],
    ['\u{1f3f4}', '\u{e0067}', '\u{e0062}', '\u{e0073}', '\u{e0063}', '\u{e0074}', '\u{e007f}'],
    ['\u{1f3f4}', '\u{e0067}', '\u{e0062}', '\u{e0077}', '\u{e006c}', '\u{e0073}', '\u{e007f}'],
];

/// The most marks on a letter. Hebrew and Tibetan stack four or five; more are drawn over the lines around.
const MARKS: usize = 8;

/// What makes a key of a telephone of the digit before it.
const KEY: char = '\u{20e3}';

impl Spot<'_> {
    /// Whether it is text: made to be seen, or one blank between two, or invisible and changing how its neighbours look.
    pub fn is_text(&self) -> bool {
        match self.character {
            ' ' => true,
            ZWNJ => self.is_beside_virama() || self.is_between_cursive(),
            ZWJ => self.is_beside_virama() || self.is_between_cursive() || self.is_between_pictographs(),
            c if is_selector(c) => self.selects(),
            c if is_mark(c) => is_visible(c) && self.base().is_some() && self.marks_before() < MARKS,
            c => is_visible(c) || self.is_of_flag(),
        }
    }

    /// Whether it is part of a word of any script: a letter, mark or number, or a joiner where two spellings without it would
    /// look another way (RFC 5892, appendix A).
    pub fn is_of_word(&self) -> bool {
        match self.character {
            ZWNJ => self.follows_virama() || self.breaks_a_joint(),
            ZWJ => self.follows_virama(),
            c => is_of_words(c) && (!is_mark(c) || self.base().is_some()),
        }
    }

    fn marks_before(&self) -> usize {
        self.before.iter().rev().take_while(|c| is_mark(**c) || is_joiner(**c)).count()
    }

    /// What marks here are drawn onto: without a letter or sign they are drawn onto nothing, or onto what is around the text.
    fn base(&self) -> Option<char> {
        let base = self.before.iter().rev().find(|c| !is_mark(**c) && !is_joiner(**c))?;
        (*base != ' ' && is_visible(*base)).then_some(*base)
    }

    /// Whether a virama belongs to the letter before it, or before the marks on that.
    fn is_of_letter(&self, virama: Option<&char>) -> bool {
        let Some(virama) = virama.filter(|virama| is_virama(**virama)) else { return false };
        let letter = self.before.iter().rev().find(|c| !is_mark(**c) || !is_visible(**c));
        letter.is_some_and(|letter| are_of_one_script(*letter, *virama))
    }

    fn follows_virama(&self) -> bool {
        self.is_of_letter(self.before.last())
    }

    /// Bengali writes ya-phalaa behind ra with the joiner before the virama.
    fn is_beside_virama(&self) -> bool {
        self.follows_virama() || self.is_of_letter(self.after.first())
    }

    /// Whether there is another form of the character before it: an emoji in colour or as text (a digit only as a key), an ideograph, a
    /// letter of Mongolian.
    fn selects(&self) -> bool {
        let Some(before) = self.before.last() else { return false };
        match self.character {
            '\u{fe0e}' | '\u{fe0f}' if before.is_ascii() => self.after.first() == Some(&KEY),
            '\u{fe0e}' | '\u{fe0f}' => is_emoji(*before),
            '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(*before),
            '\u{180b}'..='\u{180f}' => is_mongolian(*before),
            _ => false,
        }
    }

    /// How the letters around it join, their marks left out.
    fn joining_types(&self) -> (Option<JoiningType>, Option<JoiningType>) {
        let letter = |c: &char| {
            Some(joining_type(*c)).filter(|joining| *joining != JoiningType::Transparent || !is_visible(*c))
        };
        (self.before.iter().rev().find_map(letter), self.after.iter().find_map(letter))
    }

    fn breaks_a_joint(&self) -> bool {
        let (before, after) = self.joining_types();
        matches!(before, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
            && matches!(after, Some(JoiningType::RightJoining | JoiningType::DualJoining))
    }

    /// Persian writes the non-joiner between the parts of a word, whether or not they would join.
    fn is_between_cursive(&self) -> bool {
        let is_cursive = |joining| {
            matches!(
                joining,
                Some(JoiningType::LeftJoining | JoiningType::RightJoining | JoiningType::DualJoining)
            )
        };
        let (before, after) = self.joining_types();
        is_cursive(before) && is_cursive(after)
    }

    /// As in 👩‍💻: UTS #51, `emoji_zwj_sequence`. Before it may stand the form or the colour of the first.
    fn is_between_pictographs(&self) -> bool {
        let first = match self.before {
            [.., first, form] if *form == '\u{fe0f}' || is_modifier(*form) => Some(first),
            before => before.last(),
        };
        first.is_some_and(|first| is_pictograph(*first))
            && self.after.first().is_some_and(|after| is_pictograph(*after))
    }

    fn is_of_flag(&self) -> bool {
        FLAGS.iter().any(|flag| {
            (1..flag.len()).any(|at| {
                let (begun, rest) = flag.split_at(at);
                rest.split_first().is_some_and(|(tag, rest)| {
                    *tag == self.character && self.before.ends_with(begun) && self.after.starts_with(rest)
                })
            })
        })
    }
}
