/** The router's HTTP side: inferences for programs without MQTT, readiness and liveness, the view of the fleet, metrics. */
@NullMarked
package starling.router.http;

import org.jspecify.annotations.NullMarked;
