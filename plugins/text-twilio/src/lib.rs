//! The channel plugin `text-twilio`: delivers texts through Twilio.

secinfo_channel::export_channel!(secinfo_twilio::TextTwilio);
