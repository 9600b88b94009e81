package starling.link;

/** Quality of service of one publication. */
public enum Qos {
    /** QoS 0: for what is repeated soon anyway, such as heartbeats. */
    AT_MOST_ONCE(0),
    /** QoS 1: acknowledged by the broker; may arrive twice. */
    AT_LEAST_ONCE(1);

    private final int level;

    Qos(int level) {
        this.level = level;
    }

    /** The number MQTT knows it by. */
    public int level() {
        return level;
    }
}
