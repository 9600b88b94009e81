package starling.link.contract;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import starling.link.topic.Rights;

/** Writes the files of a Mosquitto broker: settings that were measured to suit a fleet, users, rights. */
public final class MosquittoSettings {

    private final Map<String, String> passwords = new LinkedHashMap<>();
    private final Map<String, Rights> rights = new LinkedHashMap<>();
    private final List<String> lines = new ArrayList<>();

    /** A user with a password and rights; without any user everybody may do everything. */
    public void addUser(String name, String password, Rights allowed) {
        passwords.put(name, password);
        rights.put(name, allowed);
    }

    /** More lines for the configuration file. */
    public void addLines(String... more) {
        lines.addAll(List.of(more));
    }

    /**
     * Writes mosquitto.conf, passwords and rights.
     *
     * @param home where to
     * @param seenAs where the broker sees that folder
     * @return the configuration file
     */
    public Path write(Path home, Path seenAs, String listenAddress, int port) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "persistence false",
                "set_tcp_nodelay true",
                "max_inflight_messages 64",
                "max_queued_messages 200",
                "message_size_limit 1048576",
                "log_dest stdout",
                "listener " + port + " " + listenAddress,
                "allow_anonymous " + passwords.isEmpty()));
        if (!passwords.isEmpty()) {
            all.add("use_username_as_clientid true");
            all.add("password_file " + seenAs.resolve("passwords"));
            all.add("acl_file " + seenAs.resolve("rights"));
            writePasswords(home.resolve("passwords"));
            writeRights(home.resolve("rights"));
        }
        all.addAll(lines);
        return Files.write(home.resolve("mosquitto.conf"), all);
    }

    private void writePasswords(Path file) throws IOException {
        List<String> entries = new ArrayList<>();
        passwords.forEach((user, password) -> entries.add(user + ":" + hash(user, password)));
        Files.write(file, entries);
    }

    private void writeRights(Path file) throws IOException {
        List<String> entries = new ArrayList<>();
        rights.forEach((user, allowed) -> {
            entries.add("user " + user);
            allowed.publish().forEach(filter -> entries.add("topic write " + filter));
            allowed.subscribe().forEach(filter -> entries.add("topic read " + filter));
        });
        Files.write(file, entries);
    }

    /** Mosquitto's format 7: PBKDF2 with SHA-512, 101 iterations, 12 bytes of salt. It comes from the name: this is for tests. */
    private static String hash(String user, String password) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(user.getBytes(StandardCharsets.UTF_8));
            byte[] salt = Arrays.copyOf(digest, 12);
            byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 101, 512))
                    .getEncoded();
            Base64.Encoder base64 = Base64.getEncoder();
            return "$7$101$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
