"""The services that a small host or a container asks for by name: the profile "minimal".

Chosen by hand for Portbook, spelt as the registry has them: the protocols that the operating system, its
standard clients and the servers most often installed on it look up by name.  Aliases come with their name.
"""

_GROUPS = {
    "inetd's own, and older ones that test something": """
        tcpmux echo discard systat daytime qotd chargen time finger""",
    "terminals and files": """
        ssh telnet ftp-data ftp ftps-data ftps tftp rsync nfs sunrpc microsoft-ds netbios-ns netbios-dgm
        netbios-ssn afpovertcp exec login shell printer ipp svn git cvspserver""",
    "names, time, addresses": """
        domain domain-s mdns llmnr nicname bootps bootpc dhcpv6-client dhcpv6-server ntp ntske""",
    "mail and news": """
        smtp submission submissions pop3 pop3s imap imaps sieve nntp nntps""",
    "the web, and what runs like it": """
        http https http-alt xmpp-client xmpp-server ircs-u sip sips stun turn coap coaps""",
    "directories and who is who": """
        kerberos kpasswd kerberos-adm ldap ldaps radius radius-acct tacacs auth""",
    "watching and logging": """
        snmp snmptrap snmptls syslog syslog-tls syslog-conn zabbix-agent zabbix-trapper nrpe""",
    "routing, tunnels and virtual networks": """
        bgp router ripng isakmp ipsec-nat-t l2tp pptp openvpn vxlan geneve gtp-user bfd-control""",
    "databases and queues": """
        mysql postgresql ms-sql-s ms-sql-m redis mongodb amqp amqps mqtt secure-mqtt memcache""",
    "storage and machines": "iscsi-target iscsi nut rfb ms-wbt-server x11 docker-s etcd-client etcd-server",
}

MINIMAL = tuple(dict.fromkeys(name for names in _GROUPS.values() for name in names.split()))
