//! What a single character is, by the Unicode Character Database.

use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed, CodePointSetData, CodePointSetDataBorrowed,
    props::{
        DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic, GeneralCategory,
        GeneralCategoryGroup as Group, Ideographic, JoiningType, Script,
    },
};
use unicode_normalization::char::canonical_combining_class;

const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> =
    CodePointMapData::<GeneralCategory>::new();
const JOINING_TYPE: CodePointMapDataBorrowed<'static, JoiningType> = CodePointMapData::<JoiningType>::new();
const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();
const EMOJI: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<Emoji>();
const MODIFIER: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<EmojiModifier>();
const PICTOGRAPH: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<ExtendedPictographic>();
const IDEOGRAPH: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<Ideographic>();
const SCRIPT: CodePointMapDataBorrowed<'static, Script> = CodePointMapData::<Script>::new();

/// What Unicode has as letters, marks and symbols although nothing is drawn for it: the braille pattern without dots, the ideographic
/// half fill space, what stands for an object, the blanks of hieroglyphs, a filler, and a note without a head.
const BLANK: [char; 7] =
    ['\u{2800}', '\u{303f}', '\u{fffc}', '\u{13441}', '\u{13442}', '\u{16fe4}', '\u{1d159}'];

const WORD: Group = Group::Letter.union(Group::Mark).union(Group::Number);
const VISIBLE: Group = WORD.union(Group::Punctuation).union(Group::Symbol);

pub const ZWNJ: char = '\u{200c}';
pub const ZWJ: char = '\u{200d}';

/// Whether it is made to be seen: no control, no format character, none for private use and none that is not assigned.
pub fn is_visible(c: char) -> bool {
    VISIBLE.contains(CATEGORY.get(c)) && !is_invisible(c)
}

/// Whether nothing shows where it stands (`Default_Ignorable_Code_Point`, and what is drawn blank).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    IGNORABLE.contains(c) || BLANK.contains(&c)
}

/// A letter, mark or number.
pub fn is_of_words(c: char) -> bool {
    WORD.contains(CATEGORY.get(c)) && !is_invisible(c)
}

/// What is drawn onto the letter before it.
pub fn is_mark(c: char) -> bool {
    Group::Mark.contains(CATEGORY.get(c))
}

/// What is an emoji in one of its forms (UTS #51, `Emoji`). Digits are, as keys of a telephone.
pub fn is_emoji(c: char) -> bool {
    EMOJI.contains(c)
}

/// What sequences of emoji are joined of (UTS #51, `Extended_Pictographic`, which holds what is still to come too).
pub fn is_pictograph(c: char) -> bool {
    PICTOGRAPH.contains(c) && is_emoji(c)
}

/// The colour of a skin.
pub fn is_modifier(c: char) -> bool {
    MODIFIER.contains(c)
}

/// A character of Chinese, of which there are variants (UTS #37).
pub fn is_ideograph(c: char) -> bool {
    IDEOGRAPH.contains(c)
}

/// A letter of Mongolian or of its kin, which have variants.
pub fn is_mongolian(c: char) -> bool {
    SCRIPT.get(c) == Script::Mongolian && !is_selector(c)
}

/// Whether two characters are of one script.
pub fn are_of_one_script(one: char, other: char) -> bool {
    SCRIPT.get(one) == SCRIPT.get(other)
}

/// A space of any width (`Zs`).
pub fn is_blank(c: char) -> bool {
    Group::SpaceSeparator.contains(CATEGORY.get(c))
}

/// Zero width joiner and non-joiner.
pub const fn is_joiner(c: char) -> bool {
    matches!(c, ZWNJ | ZWJ)
}

/// Which of several forms the character before it takes (`Variation_Selector`).
pub const fn is_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// What makes a conjunct of the consonants around it, in the scripts of India.
pub fn is_virama(c: char) -> bool {
    canonical_combining_class(c) == 9
}

/// How a letter of a cursive script joins its neighbours.
pub fn joining_type(c: char) -> JoiningType {
    JOINING_TYPE.get(c)
}
