//! Pictures that an extension names and does not bring.

use registry::{Picture, PictureAddress, Unpictured};

use crate::Desktop;

impl Desktop {
    /// Fetches a picture from the public internet, within limits of size, kind and time. Call it only because somebody wants to see
    /// it: whoever serves the picture learns that it is looked at.
    ///
    /// # Errors
    ///
    /// Where there is none, with the host and the reason.
    pub async fn picture(&self, address: &PictureAddress) -> Result<Picture, Unpictured> {
        self.registry.picture(address).await
    }
}
