package starling.link.mqtt;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.LinkException.Reason;

/**
 * Why a connection did not come about or ended, in one sentence.
 *
 * @param reason for programs
 * @param sentence for people
 * @param isFinal whether trying again makes no sense
 */
record Failure(Reason reason, String sentence, boolean isFinal) {

    private static final int BAD_CREDENTIALS = 0x86;
    private static final int NOT_AUTHORISED = 0x87;
    private static final int TAKEN_OVER = 0x8E;

    LinkException toException() {
        return new LinkException(reason, sentence);
    }

    /** What the exception of a failed attempt, or of a broken connection, means. */
    static Failure of(Throwable thrown, BrokerAddress address, @Nullable Credentials credentials) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            Failure failure = ofCause(cause, address);
            if (failure != null) {
                return failure;
            }
        }
        if (thrown instanceof MqttException mqtt) {
            int code = mqtt.getReasonCode();
            if (code >= 0x80 && code <= 0xFF) {
                return refusedConnection(code, address, credentials);
            }
            if (code == MqttClientException.REASON_CODE_CLIENT_TIMEOUT
                    || code == MqttClientException.REASON_CODE_WRITE_TIMEOUT) {
                return lost("the broker at " + address + " has been silent for too long");
            }
        }
        return lost("the connection to " + address + " broke: " + text(root(thrown)));
    }

    /** What the reason code of a broker's DISCONNECT means. */
    static Failure ofDisconnect(int code, BrokerAddress address, String clientId) {
        return switch (code) {
            case TAKEN_OVER ->
                new Failure(
                        Reason.TAKEN_OVER,
                        "another program connected to " + address + " as " + clientId + ": this one stops",
                        true);
            case BAD_CREDENTIALS, NOT_AUTHORISED, 0x8A, 0x8C ->
                new Failure(
                        Reason.NOT_AUTHORISED,
                        "the broker at " + address + " ended the session of " + clientId + ": "
                                + ReasonCodes.text(code),
                        true);
            default -> lost("the broker at " + address + " ended the connection: " + ReasonCodes.text(code));
        };
    }

    /** The other end speaks TLS and this one does not, or the other way round. */
    static Failure wrongProtocol(BrokerAddress address) {
        return tls(
                address.tls()
                        ? "the broker at " + address + " does not speak TLS: use mqtt://, or the right port"
                        : "the broker at " + address + " speaks TLS: use mqtts://");
    }

    static Failure takenOver(BrokerAddress address, String clientId) {
        return new Failure(
                Reason.TAKEN_OVER,
                "another program connected to " + address + " as " + clientId + ": this one stops",
                true);
    }

    private static Failure refusedConnection(int code, BrokerAddress address, @Nullable Credentials credentials) {
        String user = credentials == null ? "a client without a user name" : "user " + credentials.user();
        return switch (code) {
            case BAD_CREDENTIALS, NOT_AUTHORISED ->
                new Failure(
                        Reason.CREDENTIALS,
                        "the broker at " + address + " refused " + user
                                + ": wrong user name or password, or not allowed (" + ReasonCodes.text(code) + ")",
                        true);
            case 0x81, 0x82, 0x84, 0x85, 0x8A, 0x8C, 0x9D ->
                new Failure(
                        Reason.REFUSED,
                        "the broker at " + address + " refused the connection: " + ReasonCodes.text(code),
                        true);
            default ->
                new Failure(
                        Reason.UNREACHABLE,
                        "the broker at " + address + " does not take connections now: " + ReasonCodes.text(code),
                        false);
        };
    }

    private static @Nullable Failure ofCause(Throwable cause, BrokerAddress address) {
        if (cause instanceof PacketGuard.TlsExpectedException) {
            return wrongProtocol(address);
        }
        if (cause instanceof CertificateExpiredException) {
            return tls("no trust in " + address + ": its certificate has expired (" + text(cause) + ")");
        }
        if (cause instanceof CertificateNotYetValidException) {
            return tls("no trust in " + address + ": its certificate is not valid yet by this device's clock ("
                    + text(cause) + ")");
        }
        if (cause instanceof SSLException && !(root(cause) instanceof EOFException)) {
            return ofTls(cause, address);
        }
        if (cause instanceof ConnectException || cause instanceof SocketTimeoutException) {
            return unreachable("no broker answers at " + address + ": " + text(cause));
        }
        if (cause instanceof UnknownHostException) {
            return unreachable("no broker answers at " + address + ": the host name is unknown");
        }
        if (cause instanceof EOFException) {
            return lost("the broker at " + address + " closed the connection without a word");
        }
        return null;
    }

    private static @Nullable Failure ofTls(Throwable cause, BrokerAddress address) {
        Throwable root = root(cause);
        if (root instanceof CertificateExpiredException || root instanceof CertificateNotYetValidException) {
            return null; // further down the chain, with a better sentence
        }
        String text = text(root);
        if (root instanceof CertificateException || root instanceof SSLPeerUnverifiedException) {
            return tls("no trust in " + address + ": its certificate is not for this host (" + text + ")");
        }
        if (root instanceof CertPathBuilderException || root instanceof CertPathValidatorException) {
            return tls("no trust in " + address + ": its certificate is not from a trusted authority (" + text + ")");
        }
        if (text.contains("SSL message")) {
            return wrongProtocol(address);
        }
        if (text.contains("fatal alert")) {
            return tls("the broker at " + address + " refused the TLS connection (" + text
                    + "): it may want a client certificate");
        }
        return null;
    }

    private static Failure tls(String sentence) {
        return new Failure(Reason.TLS, sentence, true);
    }

    private static Failure unreachable(String sentence) {
        return new Failure(Reason.UNREACHABLE, sentence, false);
    }

    private static Failure lost(String sentence) {
        return new Failure(Reason.LOST, sentence, false);
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        for (Throwable next = root.getCause(); next != null && next != root; next = root.getCause()) {
            root = next;
        }
        return root;
    }

    private static String text(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : message;
    }
}
