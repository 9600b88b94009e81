package starling.link.topic;

import starling.link.frame.FrameDescriptor;

/** Who talks on a fleet's topics. */
public sealed interface Role {

    /** The MQTT user name and client id. */
    String user();

    /**
     * The agent of one worker.
     *
     * @param number 0 to {@link FrameDescriptor#MAX_WORKER}
     */
    record Worker(int number) implements Role {
        /** What the user names of workers begin with, before the number. */
        public static final String PREFIX = "worker-";

        public Worker {
            if (number < 0 || number > FrameDescriptor.MAX_WORKER) {
                throw new IllegalArgumentException(
                        "a worker's number must be 0 to " + FrameDescriptor.MAX_WORKER + ": it is " + number);
            }
        }

        @Override
        public String user() {
            return PREFIX + number;
        }
    }

    /** The fleet's router. */
    record Router() implements Role {
        @Override
        public String user() {
            return "router";
        }
    }

    /**
     * Somebody who asks the router over MQTT.
     *
     * @param name obeys {@link Name}, and is neither {@code router} nor begins with {@code worker-}
     */
    record Client(String name) implements Role {
        public Client {
            Name.require("a client name", name);
            if (!mayBe(name)) {
                throw new IllegalArgumentException(
                        "a client name must not be that of the router or a worker: it is " + name);
            }
        }

        /** Whether a user of this name is neither the router nor a worker. */
        public static boolean mayBe(String name) {
            return !name.equals(new Router().user()) && !name.startsWith(Worker.PREFIX);
        }

        @Override
        public String user() {
            return name;
        }
    }
}
