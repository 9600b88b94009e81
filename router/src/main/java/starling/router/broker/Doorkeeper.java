package starling.router.broker;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import starling.link.topic.Name;
import starling.link.topic.Rights;
import starling.link.topic.TopicFilter;
import starling.router.acl.AccessRules;
import starling.router.broker.Admission.Reason;

/**
 * Decides who enters.
 *
 * <ol>
 *   <li>A client with a verified certificate is the user that the certificate's common name says. It may send a user name,
 *       which must be that one, and a password, which must be right.
 *   <li>Any other client sends a user name and its password.
 *   <li>A client with neither is anonymous, and refused unless anonymous clients are allowed. It must not take a known
 *       user's name for its client id.
 *   <li>A user is known to the others by its user name, whatever client id it gives ({@link ConnectPacket#limited}). So nobody
 *       can throw another user out by using its client id, and a user that connects twice takes its own session over.
 *   <li>A user for whom there are no rules is refused, and so is a last will on a topic where the user may not publish.
 * </ol>
 *
 * <p>Immutable. A decision costs one password check, so callers keep it off the threads that move packets.
 */
final class Doorkeeper {

    private static final Rights EVERY_STARLING_TOPIC = new Rights(List.of("starling/#"), List.of("starling/#"));

    private final Passwords passwords;
    private final AccessRules rules;
    private final boolean allowAnonymous;

    Doorkeeper(Passwords passwords, AccessRules rules, boolean allowAnonymous) {
        this.passwords = passwords;
        this.rules = rules;
        this.allowAnonymous = allowAnonymous;
    }

    /**
     * Decides.
     *
     * @param certificate the client's own, verified by the TLS handshake, if it showed one
     */
    Admission decide(MqttConnectMessage connect, Optional<X509Certificate> certificate) {
        MqttConnectPayload payload = connect.payload();
        @Nullable String given = payload.userName();
        byte @Nullable [] password = payload.passwordInBytes();
        if (certificate.isPresent()) {
            return withCertificate(payload, given, password, certificate.get());
        }
        if (given == null && password == null) {
            return anonymous(payload);
        }
        if (given == null || password == null || !passwords.admit(given, password)) {
            return new Admission.Denied(
                    Reason.BAD_USER_NAME_OR_PASSWORD, "unknown user or wrong password: " + printable(given));
        }
        return known(given, payload);
    }

    private Admission withCertificate(
            MqttConnectPayload payload,
            @Nullable String given,
            byte @Nullable [] password,
            X509Certificate certificate) {
        Optional<String> name = commonName(certificate);
        if (name.isEmpty()) {
            return new Admission.Denied(Reason.NOT_AUTHORIZED, "a certificate without a common name");
        }
        String user = name.get();
        if (given != null && !given.equals(user)) {
            return new Admission.Denied(
                    Reason.NOT_AUTHORIZED,
                    "the certificate is that of " + printable(user) + ", the user name is " + printable(given));
        }
        if (password != null && !passwords.admit(user, password)) {
            return new Admission.Denied(
                    Reason.BAD_USER_NAME_OR_PASSWORD, "right certificate, wrong password: " + printable(user));
        }
        return known(user, payload);
    }

    private Admission known(String user, MqttConnectPayload payload) {
        Optional<Rights> rights = rules.of(user);
        return rights.isPresent()
                ? entry(new BrokerUser(user, rights.get()), payload)
                : new Admission.Denied(Reason.NOT_AUTHORIZED, "no rules for user " + printable(user));
    }

    /** The last step: a will is a message, so its topic must be one that its user may publish on. */
    private static Admission entry(BrokerUser user, MqttConnectPayload payload) {
        @Nullable String will = payload.willTopic();
        if (will != null && !mayPublish(user.rights(), will)) {
            return new Admission.Denied(
                    Reason.NOT_AUTHORIZED, "the last will of " + user.name() + " is for a topic of somebody else");
        }
        return new Admission.Granted(user);
    }

    private static boolean mayPublish(Rights rights, String topic) {
        try {
            return rights.mayPublish(TopicFilter.requireTopic(topic));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Admission anonymous(MqttConnectPayload payload) {
        if (!allowAnonymous) {
            return new Admission.Denied(Reason.NOT_AUTHORIZED, "no user name, and anonymous clients are not allowed");
        }
        String id = Objects.requireNonNullElse(payload.clientIdentifier(), "");
        if (passwords.knows(id) || rules.of(id).isPresent()) {
            return new Admission.Denied(
                    Reason.CLIENT_ID_NOT_VALID, "an anonymous client with the client id of user " + printable(id));
        }
        if (!id.isEmpty() && !isName(id)) {
            return new Admission.Denied(Reason.CLIENT_ID_NOT_VALID, "an ill-formed client id");
        }
        return entry(new BrokerUser(BrokerUser.ANONYMOUS, EVERY_STARLING_TOPIC), payload);
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            String subject = certificate.getSubjectX500Principal().getName();
            List<Rdn> names = new LdapName(subject)
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .toList();
            return names.size() == 1 && names.get(0).getValue() instanceof String name
                    ? Optional.of(name)
                    : Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    private static boolean isName(String text) {
        try {
            Name.require("it", text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A stranger's text never reaches the log as it is. */
    private static String printable(@Nullable String text) {
        if (text == null) {
            return "(none)";
        }
        return isName(text) ? text : "(an ill-formed name)";
    }
}
