use serde::{Deserialize, Serialize};

/// Whom a token is for (RFC 7519 §4.1.3): one recipient or more, never none. In a token it is a text where there is one, and an
/// array of texts otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Audience(Vec<String>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Several recipients. None where there is not one.
    #[must_use]
    pub fn of(recipients: &[String]) -> Option<Self> {
        (!recipients.is_empty()).then(|| Self(recipients.to_vec()))
    }

    /// Whether a recipient is among them, by exactly this name.
    #[must_use]
    pub fn contains(&self, recipient: &str) -> bool {
        self.0.iter().any(|it| it == recipient)
    }

    /// Each of them.
    #[must_use]
    pub fn into_recipients(self) -> Vec<String> {
        self.0
    }
}

impl From<&str> for Audience {
    fn from(recipient: &str) -> Self {
        Self(vec![recipient.to_owned()])
    }
}

impl TryFrom<Form> for Audience {
    type Error = &'static str;

    fn try_from(form: Form) -> Result<Self, Self::Error> {
        match form {
            Form::One(recipient) => Ok(Self(vec![recipient])),
            Form::Several(recipients) => Self::of(&recipients).ok_or("a token is for somebody"),
        }
    }
}

impl From<Audience> for Form {
    fn from(Audience(mut recipients): Audience) -> Self {
        match recipients.pop() {
            Some(only) if recipients.is_empty() => Self::One(only),
            last => {
                recipients.extend(last);
                Self::Several(recipients)
            }
        }
    }
}
