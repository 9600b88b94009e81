/** Holds the written rules to the topics they come from, and to the brokers that enforce them. */
@NullMarked
package starling.router.acl;

import org.jspecify.annotations.NullMarked;
