//! What a single character is, by the Unicode Character Database.

use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed, CodePointSetData, CodePointSetDataBorrowed,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup as Group, JoiningType},
};
use unicode_normalization::char::canonical_combining_class;

const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> =
    CodePointMapData::<GeneralCategory>::new();
const JOINING_TYPE: CodePointMapDataBorrowed<'static, JoiningType> = CodePointMapData::<JoiningType>::new();
const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();

const WORD: Group = Group::Letter.union(Group::Mark).union(Group::Number);
const VISIBLE: Group = WORD.union(Group::Punctuation).union(Group::Symbol);

pub const ZWNJ: char = '\u{200c}';
pub const ZWJ: char = '\u{200d}';

/// Whether it is made to be seen: no control, no format character, none for private use and none that is not assigned.
pub fn is_visible(c: char) -> bool {
    VISIBLE.contains(CATEGORY.get(c)) && !is_invisible(c)
}

/// Whether nothing shows where it stands (`Default_Ignorable_Code_Point`).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    IGNORABLE.contains(c)
}

/// A letter, mark or number.
pub fn is_of_words(c: char) -> bool {
    WORD.contains(CATEGORY.get(c)) && !is_invisible(c)
}

/// What emoji are made of.
pub fn is_symbol(c: char) -> bool {
    Group::Symbol.contains(CATEGORY.get(c))
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
