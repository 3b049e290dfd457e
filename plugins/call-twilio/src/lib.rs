//! The channel plugin `call-twilio`: delivers calls through Twilio.

secinfo_channel::export_channel!(secinfo_twilio::CallTwilio);
