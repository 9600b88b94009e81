package starling.router.broker;

/** What the door decides about a CONNECT packet. */
sealed interface Admission {

    /** Come in. */
    record Granted(BrokerUser user) implements Admission {}

    /**
     * Stay out.
     *
     * @param reason why, as MQTT says it
     * @param sentence why, for the log; without anything secret
     */
    record Denied(Reason reason, String sentence) implements Admission {}

    /** Reason codes of CONNACK in MQTT 5 and the nearest ones of MQTT 3. */
    enum Reason {
        MALFORMED(0x81, 2),
        UNSUPPORTED_VERSION(0x84, 1),
        CLIENT_ID_NOT_VALID(0x85, 2),
        BAD_USER_NAME_OR_PASSWORD(0x86, 4),
        NOT_AUTHORIZED(0x87, 5),
        QUOTA_EXCEEDED(0x97, 3);

        private final int five;
        private final int three;

        Reason(int five, int three) {
            this.five = five;
            this.three = three;
        }

        /** The code for a protocol level: 3, 4 (MQTT 3) or 5. */
        int code(int level) {
            return level >= 5 ? five : three;
        }
    }
}
