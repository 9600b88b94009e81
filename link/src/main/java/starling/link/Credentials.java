package starling.link;

/**
 * User name and password. The password never appears in {@link #toString}.
 *
 * @param user the user name
 * @param password the password
 */
public record Credentials(String user, String password) {

    @Override
    public String toString() {
        return "Credentials[user=" + user + ", password=(hidden)]";
    }
}
