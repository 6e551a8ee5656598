/// Tests of the dashboards, the alert rules and the chart; there is no such package in the product.
package org.quirkwatch.observability;
