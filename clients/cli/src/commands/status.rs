//! `secinfo status`: how the service is.

use crate::client::Client;
use crate::failure::Failure;
use crate::style::Look;
use crate::text::visible;
use serde::Serialize;

#[derive(Serialize)]
struct StatusJson<'a> {
    version: &'a str,
    healthy: bool,
    problem: Option<&'a str>,
    authorization: &'a str,
    started: u64,
}

pub(crate) async fn run(client: &Client) -> Result<(), Failure> {
    let screen = &client.screen;
    let status = client.manager().await?.get_status().await?;
    screen.json(&StatusJson {
        version: &status.version,
        healthy: status.healthy,
        problem: Some(status.problem.as_str()).filter(|problem| !problem.is_empty()),
        authorization: &status.authorization,
        started: status.started,
    })?;
    let state = if status.healthy {
        screen.style.paint(Look::Good, "healthy")
    } else {
        screen.style.paint(Look::Bad, "failing")
    };
    screen.say(&format!(
        "secinfod {} is {state}\nrunning since {}, administrators are authorized by {}\n",
        visible(&status.version),
        client
            .clock
            .moment(status.started)
            .trim_start_matches("on "),
        visible(&status.authorization),
    ))?;
    if status.healthy {
        return Ok(());
    }
    let problem = if status.problem.is_empty() {
        "it does not say why"
    } else {
        &status.problem
    };
    Err(Failure::Refused(format!(
        "secinfod accepts nothing now: {}",
        visible(problem)
    )))
}
