package starling.link;

import starling.link.topic.Name;
import starling.link.topic.TopicFilter;

/**
 * How one program holds its identity against another started with the same: a retained message that names the program that connected last for the
 * first time. A broker tells a session that was taken over with a reason code, but not every one does (Mosquitto 2.0.11 just closes the
 * connection): without a claim two such programs would throw each other out for ever. With it, whoever reconnects and finds the claim of another
 * instance stops.
 *
 * @param topic where the claim is kept; only this identity may publish there
 * @param instance this run of the program: drawn at random at each start; obeys {@link Name}
 */
public record Claim(String topic, String instance) {

    public Claim {
        TopicFilter.requireTopic(topic);
        Name.require("an instance", instance);
    }
}
