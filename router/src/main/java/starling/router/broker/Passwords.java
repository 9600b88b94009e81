package starling.router.broker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** Who may enter: checks a user's password. Implementations can be used by several threads. */
public interface Passwords {

    /**
     * Whether this is the user's password. Takes as long for an unknown user as for a wrong password.
     *
     * @param user as the client gave it, any string
     * @param password as the client gave it, any bytes
     */
    boolean admit(String user, byte[] password);

    /** Whether the user is known at all. */
    boolean knows(String user);

    /** Nobody. */
    static Passwords nobody() {
        return inMemory(Map.of());
    }

    /** Users and passwords that the program itself made up, for a fleet in one process tree and for tests. */
    static Passwords inMemory(Map<String, String> passwords) {
        Map<String, byte[]> known = new HashMap<>();
        passwords.forEach((user, password) -> known.put(user, password.getBytes(StandardCharsets.UTF_8)));
        return new Passwords() {
            @Override
            public boolean admit(String user, byte[] password) {
                byte[] right = known.get(user);
                return MessageDigest.isEqual(right == null ? new byte[1] : right, password) && right != null;
            }

            @Override
            public boolean knows(String user) {
                return known.containsKey(user);
            }
        };
    }
}
