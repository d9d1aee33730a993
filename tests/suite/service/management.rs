//! The address that operators and their monitoring ask.

use super::Service;
use crate::client::Answer;
use http::Method;

impl Service {
    /// What it answers, with the promises of every answer checked.
    pub async fn management(&self, method: Method, path: &str) -> Answer {
        let url = format!("{}{path}", self.runner.management_url());
        let response = self.shared.http.request(method.clone(), url).send().await.expect("an answer");
        let answer = Answer::read(method, path.to_owned(), response).await.expect("all of it");
        self.shared.promises.check_management(&answer, &self.shared.vault);
        answer
    }

    /// What it answers to who accepts this.
    pub async fn management_as(&self, accept: &str, path: &str) -> Answer {
        let url = format!("{}{path}", self.runner.management_url());
        let response = self.shared.http.get(url).header("accept", accept).send().await.expect("an answer");
        Answer::read(Method::GET, path.to_owned(), response).await.expect("all of it")
    }

    /// What a probe is told. Whoever answers it knows no configuration, so the promises about origins don't hold.
    pub async fn probe(&self, method: Method, path: &str) -> Answer {
        let url = format!("{}{path}", self.runner.management_url());
        let response = self.shared.http.request(method.clone(), url).send().await.expect("an answer");
        Answer::read(method, path.to_owned(), response).await.expect("all of it")
    }

    /// Every counter and gauge.
    pub async fn metrics(&self) -> Metrics {
        let answer = self.management(Method::GET, "/metrics").await;
        assert_eq!(answer.status, 200, "{answer}");
        Metrics { text: String::from_utf8(answer.body).expect("text") }
    }
}

/// The metrics at one moment.
pub struct Metrics {
    pub text: String,
}

impl Metrics {
    /// How many statements of a kind were sent to the database.
    pub fn statements(&self, kind: &str) -> u64 {
        self.sample(&format!("mana_auth_db_statements_total{{kind=\"{kind}\"}} "))
    }

    /// How much linear memory the instances have, in bytes.
    pub fn instance_memory(&self) -> u64 {
        self.sample("mana_auth_instance_memory_bytes ")
    }

    /// How many answers were given again from memory, or could have been.
    pub fn answers_repeated(&self) -> u64 {
        self.sample("mana_auth_answers_repeated_total ")
    }

    /// How many connections to the API are open.
    pub fn connections(&self) -> u64 {
        self.sample("mana_auth_connections ")
    }

    fn sample(&self, name: &str) -> u64 {
        let value = self.text.lines().find_map(|line| line.strip_prefix(name));
        value.expect("a sample").parse().expect("a whole number")
    }

    /// What a counter of the component says of an outcome; 0 where it never came about.
    pub fn count(&self, name: &str, label: &str) -> u64 {
        let sample = format!("mana_auth_{name}_total{{");
        let value = format!("=\"{label}\"}} ");
        let samples = self.text.lines().filter_map(|line| line.strip_prefix(&sample));
        let value = samples.filter_map(|sample| sample.split_once(&value)).map(|(_, value)| value).next();
        value.map_or(0, |value| value.parse().expect("a whole number"))
    }
}
