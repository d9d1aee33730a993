//! How JSON writes the values of the domains, and how the document describes them.

use crate::{
    accounts::{AppMetadata, Name, Picture, Role},
    email::Email,
    ids::{self, SessionId, UserId},
    passwords::{NewPassword, Password},
    time::Time,
};
use mana_auth_face::Language;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Map;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, RefOr, Schema, SchemaFormat,
        schema::{AnyOfBuilder, ObjectBuilder, Type},
    },
};
use zeroize::Zeroizing;

/// A moment, as RFC 3339 writes it.
#[derive(Clone, Copy)]
pub struct DateTime(Time);

impl From<Time> for DateTime {
    fn from(time: Time) -> Self {
        Self(time)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.rfc3339())
    }
}

/// What a user may do, by its name.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub enum RoleField {
    /// Use it.
    User,
    /// Administer it.
    Admin,
    /// Use it, as a program.
    Service,
}

impl From<Role> for RoleField {
    fn from(role: Role) -> Self {
        match role {
            Role::User => Self::User,
            Role::Admin => Self::Admin,
            Role::Service => Self::Service,
        }
    }
}

/// A language, by its tag (BCP 47).
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(as = Language)]
pub enum LanguageField {
    /// English.
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
}

impl From<Language> for LanguageField {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::English,
            Language::German => Self::German,
        }
    }
}

impl From<LanguageField> for Language {
    fn from(language: LanguageField) -> Self {
        match language {
            LanguageField::English => Self::English,
            LanguageField::German => Self::German,
        }
    }
}

/// Writes a value as its text.
macro_rules! write {
    ($($value:ident),+) => {
        $(impl Serialize for $value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        })+
    };
}

write![SessionId, UserId];

/// Reads a value from a string. What is wrong with it becomes the field's problem.
macro_rules! read {
    ($($value:ident: $parse:expr),+ $(,)?) => {
        $(impl<'de> Deserialize<'de> for $value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Whether it is secret or not.
                let text = Zeroizing::new(String::deserialize(deserializer)?);
                $parse(&text).map_err(de::Error::custom)
            }
        })+
    };
}

read! {
    Email: Email::parse,
    Name: Name::parse,
    NewPassword: NewPassword::parse,
    Password: Password::parse,
    Picture: Picture::parse,
    SessionId: |text: &str| SessionId::parse(text).ok_or(ids::PROBLEM),
    UserId: |text: &str| UserId::parse(text).ok_or(ids::PROBLEM),
}

impl<'de> Deserialize<'de> for AppMetadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(Map::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// An IPv4 or IPv6 address, for the document alone.
pub struct IpAddress;

impl PartialSchema for IpAddress {
    fn schema() -> RefOr<Schema> {
        let addresses = AnyOfBuilder::new().item(text(KnownFormat::Ipv4)).item(text(KnownFormat::Ipv6));
        RefOr::T(Schema::AnyOf(addresses.description(Some("An IPv4 or IPv6 address.")).build()))
    }
}

impl ToSchema for IpAddress {}

/// Describes a value where it stands.
macro_rules! describe {
    ($($value:ident: $schema:expr),+ $(,)?) => {
        $(impl PartialSchema for $value {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object($schema.build()))
            }
        }

        impl ToSchema for $value {})+
    };
}

describe! {
    DateTime: text(KnownFormat::DateTime).examples(["2026-01-31T08:00:00.000Z"]),
    Email: custom("idn-email").max_length(Some(254)).examples(["ada@example.org"]),
    // An invented format, for no pattern says which characters can be seen.
    Name: custom("nickname").max_length(Some(200)).examples(["Ada"])
        .description(Some("One line of text, without control characters and those that can't be seen.")),
    NewPassword: text(KnownFormat::Password).min_length(Some(12)).max_length(Some(256))
        .description(Some("12 to 256 characters that take at least 10⁸ guesses."))
        .examples(["vellum otter sextant brocade"]),
    Password: text(KnownFormat::Password).min_length(Some(1)).max_length(Some(256))
        .examples(["vellum otter sextant brocade"]),
    SessionId: id(),
    UserId: id(),
    Picture: custom("uri").max_length(Some(2048)).examples(["https://cdn.example.org/ada.png"])
        .description(Some("An address that begins with `https://` or `http://`, without user name or password.")),
}

fn id() -> ObjectBuilder {
    let id = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(64));
    id.pattern(Some("^[A-Za-z0-9_-]+$")).examples(["01a20826-7596-7c7e-afdb-1d0899003eab"])
}

fn custom(format: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom(format.to_owned())))
}

fn text(format: KnownFormat) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}
