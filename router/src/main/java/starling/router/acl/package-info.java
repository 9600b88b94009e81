/** Who may publish and subscribe to what, written down for the brokers that are to enforce it. */
@NullMarked
package starling.router.acl;

import org.jspecify.annotations.NullMarked;
