//! The stable words of the service's own problems. Those of use cases have the words of the command line (`desktop::Code`).

use axum::http::StatusCode;

/// Declares each word once, with its status.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])* $variant:ident $word:literal $status:ident,)*) => {
        /// What is wrong with a request, before any use case is asked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ServiceCode {
            $($(#[doc = $meaning])* $variant,)*
        }

        impl ServiceCode {
            /// All that there are.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            pub(crate) fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)*
                }
            }

            /// The status that goes with it.
            pub fn number(self) -> u16 {
                self.status().as_u16()
            }
        }
    };
}

codes! {
    /// Another job changes the same extension or scans, or too many jobs wait.
    Busy "busy" CONFLICT,
    /// The job has ended already.
    Finished "finished" CONFLICT,
    /// The request names another host than this service.
    ForeignHost "foreign-host" FORBIDDEN,
    /// The request comes from a page of another site.
    ForeignOrigin "foreign-origin" FORBIDDEN,
    /// The body is of another type than JSON.
    MediaType "media-type" UNSUPPORTED_MEDIA_TYPE,
    /// The address knows no such method.
    Method "method" METHOD_NOT_ALLOWED,
    /// No allow-list is configured, and nobody said to begin one.
    NoAllowList "no-allow-list" CONFLICT,
    /// The job asks nothing.
    NoQuestion "no-question" CONFLICT,
    /// The service is about to stop.
    Stopping "stopping" SERVICE_UNAVAILABLE,
    /// There was no answer in time.
    TimedOut "timed-out" GATEWAY_TIMEOUT,
    /// The body is larger than any request needs.
    TooLarge "too-large" PAYLOAD_TOO_LARGE,
    /// Neither the token nor the cookie was shown.
    Unauthorized "unauthorized" UNAUTHORIZED,
}
