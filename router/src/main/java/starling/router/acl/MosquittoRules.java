package starling.router.acl;

import java.util.List;
import starling.link.topic.Rights;

/**
 * The rules of a fleet as Mosquitto (version 2) takes them: an {@code acl_file}, and the settings without which it is not
 * worth much.
 *
 * <p>Mosquitto refuses to <em>publish</em> with reason code 135. It grants every <em>subscription</em>, and keeps back what
 * the user may not read: a wrong filter stays silent there instead of failing.
 */
public final class MosquittoRules {

    private MosquittoRules() {}

    /** The acl_file: per user what it may write, and what it may read. */
    public static String aclFile(AccessRules rules) {
        StringBuilder text = new StringBuilder();
        rules.users().forEach((user, rights) -> {
            text.append("\nuser ").append(user).append('\n');
            append(text, rights);
        });
        return text.toString();
    }

    private static void append(StringBuilder text, Rights rights) {
        rights.publish()
                .forEach(filter -> text.append("topic write ").append(filter).append('\n'));
        rights.subscribe()
                .forEach(filter -> text.append("topic read ").append(filter).append('\n'));
    }

    /**
     * The lines of mosquitto.conf that belong to it.
     *
     * @param aclFile where the acl_file will be
     * @param passwordFile where the password file will be, as {@code mosquitto_passwd} writes it
     */
    public static List<String> settings(String aclFile, String passwordFile) {
        return List.of(
                "per_listener_settings false",
                "allow_anonymous false",
                "password_file " + passwordFile,
                "acl_file " + aclFile,
                "use_username_as_clientid true",
                "set_tcp_nodelay true",
                "max_inflight_messages 256",
                "max_queued_messages 1000",
                "max_queued_bytes 2097152",
                "message_size_limit 1048576",
                "max_packet_size 1048576",
                "max_keepalive 60",
                "persistence false");
    }
}
