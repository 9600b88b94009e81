package starling.link.topic;

import java.util.List;

/**
 * What one role may do on the broker: the single source for ACL files, for the embedded broker, and for tests.
 *
 * @param publish topic filters it may publish below
 * @param subscribe topic filters it may subscribe to, and receive from
 */
public record Rights(List<String> publish, List<String> subscribe) {

    public Rights {
        publish = List.copyOf(publish);
        subscribe = List.copyOf(subscribe);
    }

    /** Whether a message on this topic may be sent. */
    public boolean mayPublish(String topic) {
        return publish.stream().anyMatch(filter -> TopicFilter.matches(filter, topic));
    }

    /** Whether everything that the filter matches may be received. */
    public boolean maySubscribe(String filter) {
        return subscribe.stream().anyMatch(right -> TopicFilter.covers(right, filter));
    }
}
