package starling.link;

import org.jspecify.annotations.Nullable;

/** Something did not get across; the message is one sentence for people and never contains a secret. */
public final class LinkException extends RuntimeException {

    /** What went wrong, for programs. */
    public enum Reason {
        /** The broker did not answer by the deadline. */
        UNREACHABLE,
        /** The broker refuses the user name or password. */
        CREDENTIALS,
        /** The broker forbids it to this user. */
        NOT_AUTHORISED,
        /** The broker refuses for another reason; the sentence says which. */
        REFUSED,
        /** Another program connected with the same identity. */
        TAKEN_OVER,
        /** No trust: wrong authority, wrong host name, expired certificate, or no TLS at the other end. */
        TLS,
        /** The message is longer than allowed. */
        TOO_LARGE,
        /** Too much is waiting to be sent. */
        QUEUE_FULL,
        /** There is no connection at the moment; nothing was sent. */
        NOT_CONNECTED,
        /** The connection was lost before the answer came. */
        LOST,
        /** No answer came in time. */
        DEADLINE,
        /** The transport is closed. */
        CLOSED,
        /** What was asked for makes no sense: a bad topic, a bad file, a second connect. */
        UNFIT
    }

    private final Reason reason;

    public LinkException(Reason reason, String sentence) {
        this(reason, sentence, null);
    }

    public LinkException(Reason reason, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
