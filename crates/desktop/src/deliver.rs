//! Telling somebody beyond this machine.

use registry::Undelivered;

use crate::Desktop;

impl Desktop {
    /// Posts JSON to the webhook that is configured, once; `None` where there is none.
    pub async fn deliver(&self, json: Vec<u8>) -> Option<Result<(), Undelivered>> {
        let webhook = self.settings.webhook.as_ref()?;
        Some(self.registry.post(webhook, json).await)
    }
}
