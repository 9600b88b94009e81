package starling.link.mqtt;

import starling.link.LinkException;
import starling.link.LinkException.Reason;

/** The reason codes of MQTT 5 in words. */
final class ReasonCodes {

    private static final int FIRST_FAILURE = 0x80;

    private ReasonCodes() {}

    static boolean isFailure(int code) {
        return code >= FIRST_FAILURE;
    }

    /** Why a publish or a subscribe was refused. */
    static LinkException refused(String what, int code) {
        Reason reason =
                switch (code) {
                    case 0x87 -> Reason.NOT_AUTHORISED;
                    case 0x95 -> Reason.TOO_LARGE;
                    default -> Reason.REFUSED;
                };
        return new LinkException(reason, "the broker refuses to " + what + ": " + text(code));
    }

    static String text(int code) {
        String words =
                switch (code) {
                    case 0x80 -> "unspecified error";
                    case 0x81 -> "malformed packet";
                    case 0x82 -> "protocol error";
                    case 0x83 -> "implementation specific error";
                    case 0x84 -> "unsupported protocol version";
                    case 0x85 -> "client identifier not valid";
                    case 0x86 -> "bad user name or password";
                    case 0x87 -> "not authorised";
                    case 0x88 -> "server unavailable";
                    case 0x89 -> "server busy";
                    case 0x8A -> "banned";
                    case 0x8B -> "server shutting down";
                    case 0x8C -> "bad authentication method";
                    case 0x8D -> "keep-alive timeout";
                    case 0x8E -> "session taken over";
                    case 0x8F -> "topic filter invalid";
                    case 0x90 -> "topic name invalid";
                    case 0x93 -> "receive maximum exceeded";
                    case 0x95 -> "packet too large";
                    case 0x96 -> "message rate too high";
                    case 0x97 -> "quota exceeded";
                    case 0x98 -> "administrative action";
                    case 0x99 -> "payload format invalid";
                    case 0x9A -> "retain not supported";
                    case 0x9C -> "use another server";
                    case 0x9D -> "server moved";
                    case 0x9F -> "connection rate exceeded";
                    case 0xA2 -> "wildcard subscriptions not supported";
                    default -> "no further explanation";
                };
        return String.format("%s, reason code 0x%02X", words, code);
    }
}
